/// Why the publisher ends by itself.
package enum PublisherError: Error, Equatable, Sendable {
    /// Another process publishes the same journal in transactions, and is the newer one.
    case fenced(transactionalID: String)
    /// Kafka has a position of this journal that the journal has not reached.
    case beyondJournal(position: UInt64, last: UInt64)
    /// The journal's record at the position in Kafka is another one than was published.
    case otherRecord(position: UInt64)
    /// Kafka's position of this journal cannot be read.
    case unreadablePosition(String)
    /// Topics were behind when the publisher ended, and types go to other topics since.
    case routesChanged(topics: [String])
}

extension PublisherError: CustomStringConvertible {
    /// What happened, to what, and what to do.
    package var description: String {
        switch self {
        case .fenced(let id):
            "another process publishes this journal (transactional.id \(id)) and has taken over: "
                + "let only one run; the journal has everything that it has acknowledged"
        case .beyondJournal(let position, let last):
            "Kafka has this journal published up to record \(position), but it ends at \(last): "
                + "it is an old copy; start with an empty journal folder, and publish what only "
                + "this copy has with `hookline journal requeue`"
        case .otherRecord(let position):
            "record \(position) of this journal is not the one that Kafka has published under "
                + "that number: it is a copy that went its own way; start with an empty journal "
                + "folder, and publish what only this copy has with `hookline journal requeue`"
        case .unreadablePosition(let text):
            "Kafka's position of this journal reads \"\(text)\", which this version did not write: "
                + "use the version that wrote it, or set publisher.delivery to \"idempotent\""
        case .routesChanged(let topics):
            "records wait for \(topics.joined(separator: ", ")), and types have gone to other "
                + "topics since: start with the catalogue and topic prefix of before until they "
                + "are published, or set publisher.delivery to \"idempotent\""
        }
    }
}
