internal import Kafka

/// Whether the position in Kafka still belongs to this process: pure.
///
/// A broker fences a client also for a pause of its own: it ends a transaction that was open for
/// too long, as it does when another process takes over. Only the position tells the two apart,
/// because each process commits its own number there before its first record.
struct PositionOwner {
    /// Who committed a position.
    private enum Writer: Hashable {
        /// Kafka has none.
        case nobody
        /// A version that did not write its number.
        case unnamed
        case process(UInt64)
    }

    /// The number of this process.
    let own: UInt64
    /// The last writer that this process may follow; nil before the first look.
    private var expected: Writer?
    /// Whether a broker has fenced this process since the last look: to take the id over then,
    /// without a look, could fence another process in turn.
    private(set) var mustLook = false

    init(own: UInt64 = .random(in: .min ... .max)) {
        self.own = own
    }

    /// Whether this process's number is committed.
    var hasClaimed: Bool { expected == .process(own) }

    /// Notes that a broker has fenced a client of this process.
    mutating func noteFence() {
        mustLook = expected != nil
    }

    /// Whether no other process has committed since the start of this one; the first look is that
    /// start.
    mutating func mayGoOn(after committed: GroupOffset?) -> Bool {
        let writer = Self.writer(of: committed)
        mustLook = false
        guard let expected else {
            self.expected = writer
            return true
        }
        return [expected, .process(own), .nobody].contains(writer)
    }

    /// Notes that this process's number is committed: what was there before is so no more.
    mutating func claim() {
        expected = .process(own)
    }

    private static func writer(of committed: GroupOffset?) -> Writer {
        guard let committed else { return .nobody }
        let text = PositionText(committed.metadata, nextOffset: committed.nextOffset)
        return text?.writer.map(Writer.process) ?? .unnamed
    }
}
