import Consumer
import Events
import Files
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

/// What commands ask of a consumer that runs.
@Suite(.timeLimit(.minutes(10))) struct ConsumeLoopRequestsTests {
    let topics: TestTopics
    let directory: TemporaryDirectory
    let folder: StateFolder

    init() throws {
        topics = try TestTopics()
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
    }

    /// Asks, and waits for the answer.
    private func ask(
        _ kind: String, _ argument: String, expires: Timestamp = .now().adding(seconds: 60)
    ) throws -> StateRequest.Answer {
        let requests = try StateRequests(folder)
        let number = try requests.ask(kind, argument, expires: expires)
        return try eventually("an answer", upTo: .seconds(30)) {
            try requests.answer(to: number)
        }
    }

    private func build(scope: String? = nil) throws -> Generation {
        let (store, generation) = try StateStore.build(
            in: folder, .init(ModelType.catalogue, cacheBytes: 100_000))
        if let scope { try store.setScope(scope) }
        try store.finish(generation, in: folder)
        return generation
    }

    @Test func `a start removes what a replay left unfinished, unless one is running`() throws {
        defer { topics.end() }
        _ = try StateStore.open(folder, .init(ModelType.catalogue, cacheBytes: 0))
        var lock: FileLock? = try folder.lockForReplay()
        let unfinished = try StateStore.build(
            in: folder, StoreSettings(ModelType.catalogue, cacheBytes: 100_000)
        ).generation
        var running = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try folder.reach(topics.ends)
        #expect(lock != nil && FileSystem.exists(unfinished.database))
        try running.stop()
        lock = nil
        running = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try eventually("it to be gone") { !FileSystem.exists(unfinished.database) }
        try running.stop()
    }

    @Test
    func `a generation that knows nothing yet is brought up to date and becomes the live one`()
        throws
    {
        defer { topics.end() }
        let history = RandomHistory(seed: 5, events: 200)
        let half = history.records.count / 2
        try topics.send(Array(history.records[..<half]))
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try folder.reach(topics.ends)
        let before = try folder.exported()
        let generation = try build()
        #expect(try ask(StateRequest.swap, generation.name) == .done(generation.name))
        #expect(try folder.current() == generation)
        #expect(try folder.exported() == before)
        try topics.send(Array(history.records[half...]))
        try folder.reach(topics.ends)
        #expect(try folder.exported() == history.expected)
        // It has the folder's lock still.
        #expect(throws: StoreError.self) { try folder.lock() }
        #expect(consumer.loop.status.isReady)
        try consumer.stop()
    }

    @Test func `what cannot be the live one is refused, and the live one goes on`() throws {
        defer { topics.end() }
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try eventually("the consumer to read") { consumer.loop.status.isReady }
        func expectRefusal(_ answer: StateRequest.Answer, _ text: String) {
            guard case .refused(let why) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(why.contains(text), "\(why)")
        }
        let part = try build(scope: "as of noon")
        expectRefusal(try ask(StateRequest.swap, part.name), "as of noon")
        expectRefusal(try ask(StateRequest.swap, "000007"), "no finished generation 000007")
        expectRefusal(try ask(StateRequest.swap, "000001"), "is the live one already")
        expectRefusal(try ask("dance", ""), "does not know dance")
        let past = Timestamp.now().adding(seconds: -10)
        expectRefusal(try ask(StateRequest.swap, part.name, expires: past), "too late")
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        try folder.reach(topics.ends)
        #expect(try folder.current()?.name == "000001")
        try consumer.stop()
    }

    @Test func `dead letters are looked at again between two batches`() throws {
        defer { topics.end() }
        let junk = (0..<40).map { TestRecord(topic: "order.updated", key: "o", value: "\($0) no") }
        try topics.send(junk)
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try folder.reach(topics.ends)
        var selection = DeadLetterSelection()
        selection.reasons = [.json]
        guard case .done(let text) = try ask(StateRequest.retryDeadLetters, "\(selection)") else {
            Issue.record("it was refused")
            return
        }
        #expect(RetrySummary(text)?.staying == [.json: 40])
        guard case .refused = try ask(StateRequest.retryDeadLetters, "colour blue") else {
            Issue.record("it was not refused")
            return
        }
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        try folder.reach(topics.ends)
        try consumer.stop()
    }

    @Test func `dead letters are set aside between two batches, and stay so in a new generation`()
        throws
    {
        defer { topics.end() }
        let junk = (0..<40).map { TestRecord(topic: "order.updated", key: "o", value: "\($0) no") }
        try topics.send(junk)
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        try folder.reach(topics.ends)
        var selection = DeadLetterSelection()
        selection.numbers = [3, 4, 5]
        let order = DropOrder(selection, because: "a test, with blanks")
        #expect(try ask(StateRequest.dropDeadLetters, "\(order)") == .done("3"))
        guard case .refused = try ask(StateRequest.dropDeadLetters, "no selection") else {
            Issue.record("it was not refused")
            return
        }
        #expect(try StateReader.open(folder).deadLetterCounts() == [.json: 37])
        let generation = try build()
        #expect(try ask(StateRequest.swap, generation.name) == .done(generation.name))
        let reader = try StateReader.open(folder)
        #expect(try reader.deadLetterCounts() == [.json: 37])
        #expect(
            try reader.droppedLetters(limit: 9).map(\.why) == .init(repeating: order.why, count: 3))
        try consumer.stop()
    }

    @Test func `what a retry applies is counted as applied`() throws {
        defer { topics.end() }
        let listed = """
            types: { "thing.listed": {
                entity: "thing", key: "data.0.id", snapshot: "data.0", data: "array",
                topic: "things",
            },
            """
        let text = Catalogue.shippedText.replacing("types: {", with: listed, maxReplacements: 1)
        let unaware = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: Catalogue(json5: Array(text.utf8)))
        let told = (1...20).map { ModelEvent(type: "thing.told", id: "thing-\($0)") }
        try topics.send(
            told.map { TestRecord(topic: "things", key: $0.id, value: $0.body) })
        try folder.reach(topics.ends)
        try unaware.stop()
        #expect(try StateReader.open(folder).deadLetters(limit: 100).count == told.count)
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: ModelType.catalogue)
        _ = try ask(StateRequest.retryDeadLetters, "\(DeadLetterSelection())")
        let line = "hookline_applied_events_total{outcome=\"applied\"} \(told.count)"
        #expect(consumer.metrics.render().contains(line))
        #expect(try StateReader.open(folder).deadLetters(limit: 100).isEmpty)
        try consumer.stop()
    }
}
