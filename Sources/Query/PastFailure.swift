package import Events
package import Kafka
package import Store

/// Why it cannot be said what an entity was.
package enum PastFailure: Error, Sendable {
    /// No event of it has been applied.
    case unknown(EntityName)
    /// Nothing of it had occurred by then.
    case notYet(EntityName, first: Timestamp)
    /// A record that is needed is gone; the partition begins later now.
    case taken(RecordPosition, start: Int64)
    /// Another record lies where the event was.
    case replaced(RecordPosition)
    /// No record lies where the event was.
    case missing(RecordPosition)
    /// The record is as it was, and the catalogue makes no event of it.
    case unreadable(RecordPosition, why: String)
    /// More events than may be fetched for one answer.
    case tooMany(EntityName, limit: Int)
    /// The time was over before all of the history was looked at.
    case long(EntityName, looked: Int)
    /// The time was over.
    case late(read: Int, of: Int)
    /// Kafka refused.
    case kafka(KafkaError)
    /// The history cannot be read.
    case store(StoreError)
    /// The process ends.
    case stopping
}

extension PastFailure: CustomStringConvertible {
    /// What happened, to what, and what to do.
    package var description: String {
        switch self {
        case .unknown(let name): "no event of the \(name) has been applied"
        case .notYet(let name, let first):
            "nothing of the \(name) had occurred by then; its first event occurred at \(first)"
        case .taken(let position, let start):
            """
            retention took offset \(position.offset) of \(position.topic)[\(position.partition)], \
            which begins at \(start) now: what was before that cannot be rebuilt
            """
        case .replaced(let position):
            "the record at \(position) is another than the one that was applied from there: the topic "
                + "was made again"
        case .missing(let position):
            "there is no record at \(position) any more: the topic was cut, compacted or made again"
        case .unreadable(let position, let why):
            "the record at \(position) cannot be applied by this catalogue: \(why)"
        case .tooMany(let name, let limit):
            "the \(name) had more than \(limit) events by then, and query.pastEvents allows no "
                + "more to be fetched for one answer"
        case .long(let name, let looked):
            "the \(name) has too many events to look through in the time of "
                + "query.pastMilliseconds, which was over after \(looked): raise it"
        case .late(let read, let all):
            "Kafka gave \(read) of \(all) events in the time of query.pastMilliseconds: ask again, "
                + "or raise it"
        case .kafka(let error): "Kafka: \(error)"
        case .store(let error): "\(error)"
        case .stopping: "the process ends"
        }
    }
}
