import Events
import Simulator
import Support

/// What the client of a torture run sends, in the order in which it is due.
struct TortureTraffic: Sendable {
    /// One request.
    struct Item: Sendable {
        let request: SimulatedRequest
        /// The connection that sends all of this key, each after the answer to the one before; nil
        /// where any connection may.
        let lane: Int?
        /// Whether it is sent on two connections at the same moment.
        let twice: Bool
    }

    /// How many connections send a key's events one after the other.
    static let lanes = 3

    let items: [Item]

    init(_ settings: TortureSettings) {
        var configuration = SimulatorConfiguration()
        configuration.events = settings.events
        configuration.seed = UInt64(settings.seed)
        configuration.entities = 200
        configuration.ratePerSecond = Double(settings.perSecond)
        configuration.retryShare = 0.03
        configuration.reorderShare = 0.1
        configuration.addFaults()
        var generator = EventGenerator(configuration, start: Timestamp(seconds: 1_760_000_000))
        var random = SeededGenerator(seed: settings.seed)
        var items: [Item] = []
        while let request = generator.next() {
            // A third of the keys, by the hash that also gives the partition: in all of these.
            let hash = Int(JavaPartitioner.murmur2(Array(request.key.utf8)).magnitude) / 7
            let lane = hash % 3 == 0 ? hash / 3 % Self.lanes : nil
            let twice = Int.random(in: 0..<30, using: &random) == 0
            items.append(Item(request: request, lane: lane, twice: twice && lane == nil))
        }
        self.items = items
    }
}
