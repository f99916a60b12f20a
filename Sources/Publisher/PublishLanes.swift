internal import Journal

/// The topics that cannot be written, and how far each is behind: pure.
///
/// The records of such a topic are passed over, so that the others go on. At times one of them is
/// tried: its first record goes alone, and when that arrives, a reader of its own sends the rest
/// until it stands where the reader of the others stands. Then the lane ends.
package struct PublishLanes: Sendable {
    /// One topic that is behind.
    package struct Lane: Sendable {
        /// Its first record that is not published; nil until one was passed over.
        fileprivate(set) var first: UInt64?
        /// The last of its records that was passed over.
        fileprivate var lastPassed: UInt64 = 0
        /// Records behind that one that Kafka had acknowledged before the topic failed.
        fileprivate var done: Set<UInt64> = []
        /// What its own reader has sent; made when the topic is first tried.
        fileprivate(set) var window: DeliveryWindow?
        /// Whether nothing of it has arrived since it was last tried.
        fileprivate(set) var isProbing = true
        /// Between two questions whether it can be written.
        fileprivate var pause = Backoff(from: .milliseconds(100), to: .seconds(10))
        /// Between two records that nothing acknowledges: meanwhile, all others wait.
        fileprivate var stallPause = Backoff(from: .seconds(5), to: .seconds(60))
        /// When it is tried next, by the monotonic clock.
        fileprivate var tryAt: UInt64

        /// Its first record that is not published, however far its own reader has come.
        var firstUnpublished: UInt64? { window.map { $0.checkpoint + 1 } ?? first }
    }

    private(set) var lanes: [Int: Lane] = [:]
    /// The topic whose records are being sent.
    private(set) var current: Int?
    private let names: [String]
    private let routes: UInt64
    private let recordLimit: Int
    private let byteLimit: Int

    /// Lanes over topics of these names, each with a window of this size at most.
    init(names: [String], routes: UInt64, recordLimit: Int, byteLimit: Int) {
        self.names = names
        self.routes = routes
        self.recordLimit = recordLimit
        self.byteLimit = byteLimit
    }

    /// No topics, and so no lanes.
    package static let none = PublishLanes(names: [], routes: 0, recordLimit: 1, byteLimit: 1)

    /// Takes up what a checkpoint says; a topic that is not known to be behind is tried at once.
    mutating func resume(_ position: PublishPosition) {
        let known = lanes
        (lanes, current) = ([:], nil)
        for lane in position.lanes {
            guard let topic = names.firstIndex(of: lane.topic) else {
                preconditionFailure("the routes of the lanes are compared before")
            }
            var resumed = Lane(first: lane.first, tryAt: 0)
            if let known = known[topic] {
                (resumed.pause, resumed.tryAt) = (known.pause, known.tryAt)
                resumed.stallPause = known.stallPause
            }
            lanes[topic] = resumed
        }
    }

    var isEmpty: Bool { lanes.isEmpty }

    /// Whether the records of this topic are passed over.
    func has(_ topic: Int) -> Bool { lanes[topic] != nil }

    /// What a checkpoint says of them.
    func position(through: UInt64) -> PublishPosition {
        let behind = lanes.compactMap { topic, lane in
            lane.firstUnpublished.map { PublishPosition.Lane(topic: names[topic], first: $0) }
        }
        return PublishPosition(through: through, lanes: behind, routes: routes)
    }

    // MARK: - Falling behind

    /// The topic cannot be written, or nothing of it is acknowledged: it is tried again later.
    mutating func hold(_ topic: Int, isStalled: Bool = false, now: UInt64) {
        var lane = lanes[topic] ?? Lane(tryAt: 0)
        lane.isProbing = true
        let wait = isStalled ? lane.stallPause.next() : lane.pause.next()
        lane.tryAt = now + UInt64(wait / .nanoseconds(1))
        lanes[topic] = lane
        if current == topic { current = nil }
    }

    /// Passes over a record of a topic that has a lane; false where the checkpoint has no room for
    /// another lane, and so the record must wait, and all after it.
    mutating func pass(_ sequence: UInt64, of topic: Int) -> Bool {
        if lanes[topic]?.firstUnpublished == nil {
            let behind = lanes.filter { $0.key == topic || $0.value.firstUnpublished != nil }
            guard PublishPosition.fit(behind.keys.map { names[$0] }) else { return false }
            lanes[topic]?.first = sequence
        }
        let last = lanes[topic]?.lastPassed ?? 0
        lanes[topic]?.lastPassed = max(last, sequence)
        return true
    }

    /// A record that the reader of the others comes by again, and that Kafka has.
    mutating func noteDone(_ sequence: UInt64, of topic: Int) {
        guard lanes[topic]?.first != nil else { return }
        lanes[topic]?.done.insert(sequence)
    }

    // MARK: - Catching up

    /// A topic that is to be tried now, the one that has waited longest.
    func due(now: UInt64) -> Int? {
        lanes.filter { $0.value.tryAt <= now }.min { $0.value.tryAt < $1.value.tryAt }?.key
    }

    /// The topic seems to be there again: its own reader begins; false where none of its records
    /// was passed over, and so the lane is at its end.
    mutating func begin(_ topic: Int) -> Bool {
        guard let first = lanes[topic]?.firstUnpublished else {
            lanes[topic] = nil
            return false
        }
        current = topic
        if lanes[topic]?.window == nil {
            lanes[topic]?.window = DeliveryWindow(
                after: first - 1, recordLimit: recordLimit, byteLimit: byteLimit)
        }
        return true
    }

    /// Its own reader stands where the other one stands and nothing is on its way: the lane ends.
    ///
    /// Not where the other one has gone further before, and begun again with a new client: what
    /// it passed over there is this reader's still.
    mutating func end(at sequence: UInt64) -> Int? {
        guard let current, let lane = lanes[current], let window = lane.window, window.isEmpty,
            window.checkpoint == sequence, lane.lastPassed <= sequence
        else { return nil }
        lanes[current] = nil
        self.current = nil
        return current
    }

    /// The window of the lane whose records are being sent; to look at.
    var window: DeliveryWindow? { current.flatMap { lanes[$0]?.window } }

    /// Whether the first record of that lane must go alone.
    var isProbing: Bool { current.flatMap { lanes[$0]?.isProbing } ?? false }

    /// Whether a record is passed over by the lane's reader: it is another topic's, or Kafka has it.
    func isPassed(_ sequence: UInt64, of home: Int) -> Bool {
        current != home || current.flatMap { lanes[$0]?.done.contains(sequence) } ?? true
    }

    /// Changes the window of the lane whose records are being sent.
    mutating func withWindow<R>(_ body: (inout DeliveryWindow) -> R) -> R? {
        guard let current, var window = lanes[current]?.window else { return nil }
        // Out of its place meanwhile, so that it is changed and not copied.
        lanes[current]?.window = nil
        defer { lanes[current]?.window = window }
        return body(&window)
    }

    /// A record of the lane has arrived: the topic is as good as any.
    mutating func noteArrival() {
        guard let current, isProbing else { return }
        lanes[current]?.isProbing = false
        lanes[current]?.pause.reset()
        lanes[current]?.stallPause.reset()
    }

    /// A new client begins: what is on its way is sent again; returns how many.
    mutating func restart() -> Int {
        var count = 0
        for topic in lanes.keys {
            count += lanes[topic]?.window?.records ?? 0
            lanes[topic]?.window?.forgetUnacknowledged()
        }
        return count
    }
}
