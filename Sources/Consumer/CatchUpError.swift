package import Kafka
package import Store

/// Why a store could not be brought up to where it should be.
package enum CatchUpError: Error {
    /// The state could not be read or written.
    case store(StoreError)
    /// The Kafka client could not be made, or is unusable.
    case kafka(KafkaError)
    /// A partition cannot be read.
    case partition(TopicPartition, KafkaError)
    /// A partition is not what it was, or records of it are gone.
    case stopped(TopicPartition, StopReason)
    /// Nothing comes any more, of this partition and of others.
    case stalled(TopicPartition, others: Int)
    /// The partition has no records up to where it should be read.
    case short(TopicPartition, next: Int64, end: Int64)
    /// It was asked to stop.
    case interrupted
}

extension CatchUpError: CustomStringConvertible {
    /// One sentence: what happened, to what, and what to do.
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .kafka(let error): "the Kafka client is unusable: \(error)"
        case .partition(let partition, let error): "\(partition) cannot be read: \(error)"
        case .stopped(let partition, let reason):
            """
            \(partition) cannot be read further: \(reason.finding); run `hookline replay --swap`, \
            which reads every topic from its beginning
            """
        case .stalled(let partition, let others):
            """
            nothing has come from \(partition)\(others > 0 ? " and \(others) others" : "") for \
            \(CatchUp.stallLimit.components.seconds) s: see whether Kafka answers, then run it again
            """
        case .short(let partition, let next, let end):
            """
            \(partition) ends at \(next), before offset \(end) that the live state has reached: \
            the topic was recreated or truncated, or an open transaction hides the rest; run it \
            again later, or accept the loss with `hookline replay --swap --accept-loss`
            """
        case .interrupted: "it was stopped before its end"
        }
    }
}
