package import Journal

/// What the publisher needs of a journal.
package struct JournalTail: Sendable {
    /// Reads the next durable record; nil where there is none yet.
    package typealias Next = () throws -> JournalRecord?

    /// Everything up to here was acknowledged by Kafka before.
    package let published: @Sendable () -> UInt64
    /// Reads from the record after this one on.
    package let read: @Sendable (_ after: UInt64) throws -> Next
    /// Waits until a record after this one is durable, or the time is over.
    package let wait: @Sendable (_ after: UInt64, _ limit: Duration) -> Void
    /// Notes that everything up to here is acknowledged.
    package let record: @Sendable (_ through: UInt64) throws -> Void

    /// The journal on disk.
    package init(_ journal: JournalWriter) {
        self.init(
            published: { journal.published.through },
            read: { after in
                let reader = try journal.reader(after: after)
                return { try reader.next() }
            },
            wait: { after, limit in _ = journal.waitForDurable(after: after, upTo: limit) },
            record: { through in
                try journal.recordPublished(PublishPosition(through: through))
            })
    }

    /// A journal by its four questions.
    package init(
        published: @escaping @Sendable () -> UInt64,
        read: @escaping @Sendable (_ after: UInt64) throws -> Next,
        wait: @escaping @Sendable (_ after: UInt64, _ limit: Duration) -> Void,
        record: @escaping @Sendable (_ through: UInt64) throws -> Void
    ) {
        self.published = published
        self.read = read
        self.wait = wait
        self.record = record
    }
}
