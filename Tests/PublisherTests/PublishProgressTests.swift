import Events
import Journal
@testable import Kafka
@testable import Publisher
import Testing

@Suite struct PublishProgressTests {
    private func progress() -> PublishProgress {
        PublishProgress(
            DeliveryWindow(after: 0, recordLimit: 100, byteLimit: 10_000),
            lanes: PublishLanes(
                names: ["q", "a", "b"], routes: 7, recordLimit: 20, byteLimit: 1_000))
    }

    private func report(_ sequence: UInt64, _ failure: KafkaErrorCode? = nil) -> DeliveryReport {
        DeliveryReport(identity: sequence, failure: failure, partition: 0, offset: 0)
    }

    private func send(
        _ sequences: ClosedRange<UInt64>, topic: Int = 1, _ progress: inout PublishProgress
    ) {
        for sequence in sequences {
            #expect(progress.step(sequence, .init(bytes: 1, topic: topic)) == .send)
        }
    }

    private func take(
        _ reports: [DeliveryReport], _ progress: inout PublishProgress
    ) -> PublishProgress.Outcome {
        var outcome = PublishProgress.Outcome()
        progress.take(reports, into: &outcome)
        return outcome
    }

    @Test func `acknowledged records move the checkpoint`() {
        var progress = progress()
        send(1...3, &progress)
        let outcome = take([report(2), report(1)], &progress)
        #expect(outcome.hasMoved)
        #expect(progress.position == PublishPosition(through: 2))
        #expect(outcome.acknowledged.map(\.report.identity) == [2, 1])
        #expect(outcome.records == 1)
        #expect(!progress.isOver)
    }

    @Test func `a refused batch is sent again one by one until the one at fault is known`() {
        var progress = progress()
        send(1...4, &progress)
        let outcome = take(
            [report(1)] + [2, 3].map { report($0, .messageTooLarge) }
                + [report(4, .purgedInQueue)], &progress)
        #expect(outcome.failed == [.record, .record, .other])
        #expect(progress.failure?.kind == .record)
        #expect(progress.suspects == [2, 3])
        #expect(progress.step(5, .init(bytes: 1)) == .end)
        #expect(progress.restart(now: 0).count == 0)

        #expect(progress.step(1, .init(bytes: 1)) == .skip)
        #expect(progress.step(2, .init(bytes: 1, topic: 1)) == .send)
        #expect(progress.step(3, .init(bytes: 1, topic: 1)) == .wait)
        #expect(take([report(2)], &progress).hasMoved)
        #expect(progress.step(3, .init(bytes: 1, topic: 1)) == .send)
        #expect(progress.step(4, .init(bytes: 1, topic: 1)) == .wait)
        _ = take([report(3, .messageTooLarge)], &progress)
        #expect(progress.refused == [3])
        #expect(progress.suspects.isEmpty)
        _ = progress.restart(now: 0)

        #expect(
            progress.step(3, .init(bytes: 1, topic: RecordRouter.quarantine)) == .send)
        #expect(progress.step(4, .init(bytes: 1, topic: 1)) == .send)
        #expect(take([report(4), report(3)], &progress).hasMoved)
        #expect(progress.window.checkpoint == 4)
        #expect(progress.refused.isEmpty)
    }

    @Test func `one that is alone waits for an empty window`() {
        var progress = progress()
        send(1...2, &progress)
        _ = take([report(1, .purgedInFlight), report(2, .invalidRecord)], &progress)
        _ = progress.restart(now: 0)
        send(1...1, &progress)
        #expect(progress.step(2, .init(bytes: 1)) == .wait)
        _ = take([report(1)], &progress)
        #expect(progress.step(2, .init(bytes: 1)) == .send)
    }

    @Test func `a record too large to leave goes to the quarantine with the same client`() {
        var progress = progress()
        send(1...1, &progress)
        progress.refuse(1, KafkaError(.messageTooLarge))
        #expect(!progress.isOver)
        #expect(progress.refused == [1])
        #expect(progress.window.isEmpty)
    }

    @Test func `what the quarantine refuses blocks the quarantine`() {
        var progress = progress()
        send(1...1, topic: RecordRouter.quarantine, &progress)
        progress.refuse(1, KafkaError(.messageTooLarge))
        #expect(progress.failure?.kind == .topic)
        #expect(progress.restart(now: 0).unwritable.keys.first == RecordRouter.quarantine)
    }

    @Test func `a topic that cannot be written is passed over, and the others go on`() {
        var progress = progress()
        send(1...1, topic: 1, &progress)
        send(2...2, topic: 2, &progress)
        _ = take(
            [report(1, .purgedInQueue), report(2, .topicNotAuthorised)], &progress)
        #expect(progress.failure?.kind == .topic)
        let (count, unwritable) = progress.restart(now: 0)
        #expect(count == 0)
        #expect(unwritable.mapValues(\.code) == [2: .topicNotAuthorised])
        send(1...1, topic: 1, &progress)
        #expect(progress.step(2, .init(bytes: 1, topic: 2)) == .skip)
        send(3...3, topic: 1, &progress)
        _ = take([report(1), report(3)], &progress)
        #expect(
            progress.position
                == PublishPosition(
                    through: 3, lanes: [PublishPosition.Lane(topic: "b", first: 2)], routes: 7))
    }

    @Test(arguments: [false, true])
    func `a topic that stands still while others go on gets a lane`(_ isTransactional: Bool) {
        let second: UInt64 = 1_000_000_000
        var progress = PublishProgress(
            DeliveryWindow(after: 0, recordLimit: 100, byteLimit: 10_000),
            lanes: PublishLanes(
                names: ["q", "a", "b"], routes: 7, recordLimit: 20, byteLimit: 1_000),
            isTransactional: isTransactional, stallLimit: .seconds(2))
        func offer(_ sequence: UInt64, _ topic: Int, _ now: UInt64) -> PublishProgress.Step {
            progress.step(sequence, .init(bytes: 1, topic: topic, sentAt: now))
        }
        var now = second
        func look(upTo end: UInt64) {
            while now < end {
                now += second / 10
                progress.holdStalled(now: now)
            }
        }
        #expect(offer(1, 2, now) == .send)
        look(upTo: 4 * second)
        #expect(progress.isOverdue)
        #expect(!progress.isOver, "nobody else has anything to send")
        #expect(offer(2, 1, now) == .send)
        look(upTo: 5 * second)
        #expect(!progress.isOver, "nothing at all arrives")
        _ = take([report(2)], &progress)
        look(upTo: 5 * second + second / 5)
        #expect(progress.failure?.kind == .topic)

        let (_, unwritable) = progress.restart(now: now)
        #expect(unwritable.keys.map { $0 } == [2])
        #expect(offer(1, 2, now) == .skip)
        #expect(progress.dueLane(now: now + 4 * second) == nil)
        #expect(progress.dueLane(now: now + 5 * second) == 2)
    }

    @Test func `the failure that says most is kept`() {
        var progress = progress()
        send(1...3, &progress)
        progress.fail(KafkaError(.gaplessGuarantee, fatal: true))
        _ = take([report(1, .messageTooLarge)], &progress)
        #expect(progress.failure?.kind == .record)
        _ = take([report(2, .unknownTopic), report(3, .purgedInQueue)], &progress)
        #expect(progress.failure?.kind == .topic)
    }

    @Test func `that the client was fenced says more than what became of its records`() {
        var progress = progress()
        send(1...2, &progress)
        _ = take([report(1, .purgedInQueue)], &progress)
        progress.fail(KafkaError(.fenced, fatal: true))
        _ = take([report(2, .purgedInQueue)], &progress)
        #expect(progress.failure?.error.code == .fenced)
    }

    @Test func `reports that come late or twice change nothing`() {
        var progress = progress()
        send(1...1, &progress)
        _ = take([report(1)], &progress)
        let outcome = take([report(1), report(1, .purgedInFlight), report(7)], &progress)
        #expect(outcome.acknowledged.isEmpty)
        #expect(outcome.failed.isEmpty)
        #expect(!progress.isOver)
    }

    @Test func `what is no record of the journal counts only if it fails`() {
        var progress = progress()
        send(1...1, &progress)
        _ = take([report(0)], &progress)
        #expect(!progress.isOver)
        #expect(progress.window.records == 1)
        _ = take([report(0, .purgedInQueue)], &progress)
        #expect(progress.failure?.kind == .other)
    }

    @Test func `ending stops everything`() {
        var progress = progress()
        progress.isStopping = true
        #expect(progress.step(1, .init(bytes: 1)) == .end)
    }

    /// Batches that fail at random in every way: each record ends acknowledged once, in its
    /// partition's order, and those at fault, and only those, in the quarantine.
    @Test(arguments: 0..<300)
    func `whatever fails, every record arrives, and only the refused in quarantine`(_ seed: Int) {
        var random = Random(UInt64(seed))
        let count: UInt64 = 60
        let faulty = Set((1...count).filter { _ in Int.random(in: 0..<12, using: &random) == 0 })
        var progress = PublishProgress(
            DeliveryWindow(after: 0, recordLimit: 16, byteLimit: 1_000))
        var arrived: [UInt64] = []
        var quarantined: Set<UInt64> = []
        var clients = 0
        while progress.window.checkpoint < count {
            clients += 1
            #expect(clients < 1_000)
            if clients >= 1_000 { return }
            var client = ModelClient(faulty: faulty, random: random)
            client.run(&progress, count: count, &arrived, &quarantined)
            random = client.random
            _ = progress.restart(now: 0)
        }
        #expect(quarantined == faulty)
        #expect(arrived.sorted() == Array(1...count))
        #expect(
            arrived.filter { !faulty.contains($0) } == (1...count).filter { !faulty.contains($0) })
    }
}

/// A client with the gapless guarantee over one partition: a batch goes or fails whole, and
/// after a failure nothing goes.
private struct ModelClient {
    let faulty: Set<UInt64>
    var random: Random
    private var queue: [(sequence: UInt64, topic: Int)] = []
    private var next: UInt64 = 1

    init(faulty: Set<UInt64>, random: Random) {
        self.faulty = faulty
        self.random = random
    }

    mutating func run(
        _ progress: inout PublishProgress, count: UInt64, _ arrived: inout [UInt64],
        _ quarantined: inout Set<UInt64>
    ) {
        while true {
            fill(&progress, count)
            guard !queue.isEmpty else { return }
            let size = Int.random(in: 1...queue.count, using: &random)
            let batch = Array(queue.prefix(size))
            queue.removeFirst(size)
            if let failure = failure(of: batch) {
                let rest = queue.map { ($0, KafkaErrorCode.purgedInQueue) }
                let reports = (batch.map { ($0, failure) } + rest).map { item, code in
                    DeliveryReport(
                        identity: item.sequence, failure: code, partition: 0, offset: -1)
                }
                var outcome = PublishProgress.Outcome()
                progress.take(reports.shuffled(using: &random), into: &outcome)
                #expect(progress.isOver)
                return
            }
            for item in batch {
                arrived.append(item.sequence)
                if item.topic == RecordRouter.quarantine { quarantined.insert(item.sequence) }
            }
            var outcome = PublishProgress.Outcome()
            progress.take(
                batch.map {
                    DeliveryReport(identity: $0.sequence, failure: nil, partition: 0, offset: 0)
                }, into: &outcome)
        }
    }

    private mutating func fill(_ progress: inout PublishProgress, _ count: UInt64) {
        while next <= count {
            let topic = progress.refused.contains(next) ? RecordRouter.quarantine : 1
            switch progress.step(next, .init(bytes: 1, topic: topic)) {
            case .send: queue.append((next, topic))
            case .skip: break
            case .wait, .stuck, .end: return
            }
            next += 1
        }
    }

    private mutating func failure(of batch: [(sequence: UInt64, topic: Int)]) -> KafkaErrorCode? {
        if batch.contains(where: { faulty.contains($0.sequence) && $0.topic == 1 }) {
            return .messageTooLarge
        }
        return Int.random(in: 0..<10, using: &random) == 0 ? .purgedInFlight : nil
    }
}
