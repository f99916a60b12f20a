package import Consumer
package import Kafka
package import Store

/// Why a replay could not be done.
package enum ReplayError: Error {
    /// The catalogue has no such topic.
    case unknownTopic(String, known: [String])
    /// A topic cannot be asked for its partitions.
    case topic(String, KafkaError)
    /// Kafka cannot be asked.
    case kafka(KafkaError)
    /// The state cannot be read or written.
    case store(StoreError)
    /// The topics could not be read to their ends.
    case catchUp(CatchUpError)
    /// The live state has not read as far as the replay has, so the two cannot be compared.
    case liveBehind(TopicPartition, live: Int64, needed: Int64)
    /// No generation was live before the present one.
    case noFormer(folder: String)
    /// The process that keeps the live state refused to swap.
    case refused(String)
    /// The process that keeps the live state did not answer.
    case unanswered(seconds: Int64)
}

extension ReplayError: CustomStringConvertible {
    /// One sentence: what happened, to what, and what to do.
    package var description: String {
        switch self {
        case .unknownTopic(let name, let known):
            "the catalogue has no topic \(name): it has \(known.joined(separator: ", "))"
        case .topic(let topic, let error):
            """
            the topic \(topic) cannot be read: \(error); make it with `hookline topics create`, or \
            name the others with --topic
            """
        case .kafka(let error): "Kafka does not answer: \(error)"
        case .store(let error): "\(error)"
        case .catchUp(let error): "\(error)"
        case .liveBehind(let partition, let live, let needed):
            """
            the live state has read \(partition) up to \(live) and the replay up to \(needed): run \
            `hookline consume` until it has caught up, then run it again
            """
        case .noFormer(let folder): "no generation in \(folder) was live before the present one"
        case .refused(let why): "the running consume did not take the generation over: \(why)"
        case .unanswered(let seconds):
            """
            the running consume did not answer in \(seconds) s; the live state is untouched: see \
            its log, then run `hookline replay` again
            """
        }
    }
}
