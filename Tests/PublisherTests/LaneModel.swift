import Journal

@testable import Kafka
@testable import Publisher

/// Publisher and Kafka as a model on one thread: three topics of one partition each, which come
/// and go; a client under the gapless guarantee; a journal of a fixed length.
struct LaneModel {
    static let count: UInt64 = 120

    let isTransactional: Bool
    private(set) var arrived: [Int: [UInt64]] = [:]
    private(set) var crashes = 0
    private var random: Random
    private let homes: [Int]
    private var progress: PublishProgress
    private var unavailable: Set<Int> = []
    /// Topics of which nothing comes back, neither an acknowledgement nor an error.
    private var silent: Set<Int> = []
    private var now: UInt64 = 0
    /// What is with the client, by topic.
    private var queues: [Int: [UInt64]] = [:]
    /// What has arrived in the open transaction.
    private var open: [(topic: Int, sequence: UInt64)] = []
    private var committed = PublishPosition(through: 0)
    private var nextOfAll: UInt64 = 1
    private var nextOfLane: UInt64?

    init(seed: UInt64, isTransactional: Bool) {
        self.isTransactional = isTransactional
        var random = Random(seed)
        homes = (0...Self.count).map { _ in Int.random(in: 1...3, using: &random) }
        self.random = random
        progress = Self.progress(isTransactional)
    }

    private static func progress(_ isTransactional: Bool) -> PublishProgress {
        PublishProgress(
            DeliveryWindow(after: 0, recordLimit: 12, byteLimit: 1_000),
            lanes: PublishLanes(
                names: ["q", "a", "b", "c"], routes: 7, recordLimit: 5, byteLimit: 1_000),
            isTransactional: isTransactional, stallLimit: .seconds(1))
    }

    func expected(of topic: Int) -> [UInt64] {
        (1...Self.count).filter { homes[Int($0)] == topic }
    }

    private var isDone: Bool {
        (isTransactional ? committed : progress.position).lowest == Self.count
            && progress.isEmpty
    }

    /// Runs until all has arrived; false where that takes for ever.
    mutating func run() -> Bool {
        var disturbances = Int.random(in: 0..<60, using: &random)
        for _ in 0..<20_000 {
            if isDone { return true }
            now += 50_000_000
            if disturbances > 0, Int.random(in: 0..<4, using: &random) == 0 {
                disturbances -= 1
                disturb()
                if disturbances == 0 { (unavailable, silent) = ([], []) }
            }
            progress.holdStalled(now: now)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: turnOfAll()
            case 1: turnOfLane()
            default: deliver()
            }
            if progress.isOver { restart() }
        }
        return false
    }

    private mutating func disturb() {
        let topic = Int.random(in: 1...3, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0...2: if unavailable.remove(topic) == nil { unavailable.insert(topic) }
        case 5...6: if silent.remove(topic) == nil { silent.insert(topic) }
        case 3...4: breakClient()
        default: crash()
        }
    }

    /// What is with the client did not arrive.
    private mutating func breakClient() {
        fail(queues.values.flatMap { $0 }, .purgedInFlight)
        progress.fail(KafkaError(.fatal, fatal: true))
        queues = [:]
    }

    private mutating func restart() {
        fail(queues.values.flatMap { $0 }, .purgedInQueue)
        queues = [:]
        open = []
        _ = progress.restart(now: now)
        (nextOfAll, nextOfLane) = (progress.window.checkpoint + 1, nil)
    }

    /// The process ends; in a transaction the position that counts is the committed one.
    private mutating func crash() {
        crashes += 1
        let position = isTransactional ? committed : progress.position
        progress = Self.progress(isTransactional)
        progress.resume(position)
        (queues, open) = ([:], [])
        (nextOfAll, nextOfLane) = (position.through + 1, nil)
    }

    // MARK: - The reader's side

    private func entry(_ sequence: UInt64) -> DeliveryWindow.Entry {
        .init(bytes: 1, topic: homes[Int(sequence)], sentAt: now)
    }

    /// Whether the reader goes on behind the record.
    private mutating func offer(_ sequence: UInt64, _ reader: PublishProgress.Reader) -> Bool {
        switch progress.step(sequence, entry(sequence), of: reader) {
        case .send:
            queues[homes[Int(sequence)], default: []].append(sequence)
            return true
        case .skip: return true
        case .wait, .stuck, .end: return false
        }
    }

    private mutating func turnOfAll() {
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            guard nextOfAll <= Self.count, offer(nextOfAll, .main) else { break }
            nextOfAll += 1
        }
        if isTransactional, Bool.random(using: &random) { commit(joinedByOthers: true) }
    }

    private mutating func turnOfLane() {
        guard let topic = progress.dueLane(now: now) else { return }
        if progress.lanes.current == nil {
            if unavailable.contains(topic) {
                progress.hold(topic, KafkaError(.unknownTopic), now: now)
                return
            }
            guard progress.beginLane(topic) else { return }
        }
        guard commit() else { return }
        guard let window = progress.lanes.window else { return }
        var next = nextOfLane ?? window.checkpoint + 1
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            guard next < nextOfAll, offer(next, .lane) else { break }
            next += 1
        }
        nextOfLane = progress.lanes.current == topic ? next : nil
        guard next == nextOfAll, commit() else { return }
        if progress.endLane(at: nextOfAll - 1) != nil { nextOfLane = nil }
    }

    // MARK: - Kafka's side

    private mutating func deliver() {
        guard let topic = queues.keys.sorted().randomElement(using: &random),
            let queue = queues[topic], !queue.isEmpty, !silent.contains(topic)
        else { return }
        let batch = Array(queue.prefix(Int.random(in: 1...queue.count, using: &random)))
        guard !unavailable.contains(topic) else { return fail(batch, .topicNotAuthorised) }
        queues[topic] = Array(queue.dropFirst(batch.count))
        if isTransactional {
            open += batch.map { (topic, $0) }
        } else {
            arrived[topic, default: []] += batch
        }
        take(batch, nil)
    }

    private mutating func fail(_ sequences: [UInt64], _ code: KafkaErrorCode) {
        for topic in queues.keys { queues[topic]?.removeAll(where: sequences.contains) }
        take(sequences, code)
    }

    private mutating func take(_ sequences: [UInt64], _ code: KafkaErrorCode?) {
        var outcome = PublishProgress.Outcome()
        let reports = sequences.map {
            DeliveryReport(identity: $0, failure: code, partition: 0, offset: 0)
        }
        progress.take(reports, into: &outcome)
    }

    /// Waits for what is on its way, then commits it with the position; false where something of
    /// it does not arrive, or the client is given up.
    ///
    /// What waits for too long is joined by others, which show whether Kafka as a whole is silent.
    @discardableResult
    private mutating func commit(joinedByOthers: Bool = false) -> Bool {
        guard isTransactional else { return true }
        for _ in 0..<200 where !progress.isReadyToCommit && !progress.isOver {
            now += 50_000_000
            progress.holdStalled(now: now)
            if joinedByOthers, progress.isOverdue, nextOfAll <= Self.count,
                offer(nextOfAll, .main)
            {
                nextOfAll += 1
            }
            deliver()
        }
        guard !progress.isOver, progress.isReadyToCommit else { return false }
        let position = progress.positionAtCommit
        for (topic, sequence) in open { arrived[topic, default: []].append(sequence) }
        open = []
        committed = position
        var outcome = PublishProgress.Outcome()
        progress.commit(into: &outcome)
        precondition(progress.position == position, "the commit stands for its position")
        return true
    }
}
