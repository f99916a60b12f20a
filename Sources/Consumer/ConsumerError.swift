package import Kafka
package import Store

/// Why the consumer ended by itself.
package enum ConsumerError: Error {
    /// The state could not be read or written.
    case store(StoreError)
    /// The Kafka client could not be made, or is unusable.
    case kafka(KafkaError)
}

extension ConsumerError: CustomStringConvertible {
    /// One sentence for the log: what happened, and what to do.
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .kafka(let error):
            "the Kafka client is unusable: \(error); start again, it goes on where it was"
        }
    }
}
