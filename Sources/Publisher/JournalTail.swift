package import Journal

/// What the publisher needs of a journal.
package struct JournalTail: Sendable {
    /// Reads the next durable record; nil where there is none yet.
    package typealias Next = () throws -> JournalRecord?

    /// The journal's random id.
    package let id: String
    /// How far Kafka had acknowledged it before.
    package let published: @Sendable () -> PublishPosition
    /// The last record that is durable.
    package let durable: @Sendable () -> UInt64
    /// Reads from the record after this one on; throws `JournalError.outside` where it is gone.
    package let read: @Sendable (_ after: UInt64) throws -> Next
    /// Waits until a record after this one is durable, or the time is over.
    package let wait: @Sendable (_ after: UInt64, _ limit: Duration) -> Void
    /// Notes how far it is acknowledged.
    package let record: @Sendable (_ position: PublishPosition) throws -> Void

    /// The journal on disk.
    package init(_ journal: JournalWriter) {
        self.init(
            id: journal.id, published: { journal.published },
            durable: { journal.durableSequence },
            read: { after in
                let reader = try journal.reader(after: after)
                return { try reader.next() }
            },
            wait: { after, limit in _ = journal.waitForDurable(after: after, upTo: limit) },
            record: { position in try journal.recordPublished(position) })
    }

    /// A journal by its id and its five questions.
    package init(
        id: String, published: @escaping @Sendable () -> PublishPosition,
        durable: @escaping @Sendable () -> UInt64,
        read: @escaping @Sendable (_ after: UInt64) throws -> Next,
        wait: @escaping @Sendable (_ after: UInt64, _ limit: Duration) -> Void,
        record: @escaping @Sendable (_ position: PublishPosition) throws -> Void
    ) {
        self.id = id
        self.published = published
        self.durable = durable
        self.read = read
        self.wait = wait
        self.record = record
    }
}

/// One reader of the journal, and the record that it has read and that is not dealt with yet.
struct RecordStream {
    private let next: JournalTail.Next
    private var held: JournalRecord?
    /// The last record that is dealt with.
    private(set) var last: UInt64

    init(_ journal: JournalTail, after last: UInt64) throws {
        next = try journal.read(last)
        self.last = last
    }

    /// The record to deal with now; nil where there is none yet.
    mutating func record() throws -> JournalRecord? {
        if held == nil { held = try next() }
        if let held { precondition(held.sequence == last + 1, "the journal has no gaps") }
        return held
    }

    /// It is dealt with.
    mutating func advance() {
        held = nil
        last += 1
    }
}
