import Support

/// What is done to the processes, the disk and the clock.
enum TortureFault: String, CaseIterable, Sendable {
    case killServe = "kill -9 serve"
    case killRecovery = "kill -9 serve, thrice while it starts"
    case killConsume = "kill -9 consume"
    case killBroker = "kill -9 broker"
    case stopServe = "SIGTERM serve"
    case stopConsume = "SIGTERM consume"
    case freezeServe = "SIGSTOP serve"
    case freezeConsume = "SIGSTOP consume"
    case freezeBroker = "SIGSTOP broker"
    case fullDisk = "disk full"
    case fullDiskAlone = "disk full, Kafka frozen"
    case stepClock = "clock stepped"

    /// What it touches: two at the same time touch different things.
    var subjects: Set<String> {
        switch self {
        case .killServe, .killRecovery, .stopServe, .freezeServe: ["serve"]
        case .killConsume, .stopConsume, .freezeConsume: ["consume"]
        case .killBroker, .freezeBroker: ["broker"]
        case .fullDisk: ["disk"]
        case .fullDiskAlone: ["disk", "broker"]
        case .stepClock: ["clock"]
        }
    }

    /// How long it lasts, in milliseconds.
    var length: Range<Int> {
        switch self {
        case .fullDiskAlone: 5_000..<9_000
        case .fullDisk, .freezeServe, .freezeConsume, .freezeBroker: 200..<4_000
        default: 0..<1_500
        }
    }
}

/// One step of a run: a fault or two, and then a rest.
struct TortureStep: Equatable, Sendable {
    let fault: TortureFault
    /// A second one, that begins while the first lasts.
    let other: TortureFault?
    /// Which broker, by its index modulo their number.
    let node: Int
    /// By how many seconds the clock is wrong from here on.
    let clock: Int
    /// From the first fault to the second, how long both last, and how long nothing is wrong then.
    let milliseconds: [Int]
}

/// The steps of a run: all of it follows from the seed.
struct TorturePlan: Sequence, IteratorProtocol {
    private var random: SeededGenerator
    private var deck: [TortureFault] = []

    init(seed: Int) { random = SeededGenerator(seed: seed) }

    /// The faults of a round: what crashes comes more often.
    static let round =
        TortureFault.allCases + [.killServe, .killServe, .killConsume, .killBroker, .freezeServe]

    /// Each fault comes in each round; a third of them with a second one beside it.
    mutating func next() -> TortureStep? {
        if deck.isEmpty { deck = Self.round.shuffled(using: &random) }
        let fault = deck.removeLast()
        var other: TortureFault?
        if Int.random(in: 0..<3, using: &random) == 0 {
            other = Self.round.filter { $0.subjects.isDisjoint(with: fault.subjects) }
                .randomElement(using: &random)
        }
        return TortureStep(
            fault: fault, other: other, node: Int.random(in: 0..<3, using: &random),
            clock: Int.random(in: -20_000..<20_000, using: &random),
            milliseconds: [
                Int.random(in: 0..<500, using: &random),
                Int.random(in: fault.length, using: &random),
                Int.random(in: 200..<2_000, using: &random),
            ])
    }
}
