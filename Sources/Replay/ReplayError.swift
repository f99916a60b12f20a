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
    /// The generation lacks something that the live state has.
    case loss(generation: String, StateLoss)
    /// The live state cannot be read, so nobody knows what a generation lacks of it.
    case unreadable(StoreError)
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
        case .loss(let generation, let loss): Self.text(of: loss, generation)
        case .unreadable(let error):
            """
            what a swap would lose is unknown, because the live state cannot be read: \(error); to \
            swap all the same, add --accept-loss
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

    private static func text(of loss: StateLoss, _ generation: String) -> String {
        var lines = [
            "generation \(generation) lacks \(loss.events) events that the live state has, so that "
                + "one stays live"
        ]
        lines += loss.named.map { "  " + $0 }
        if loss.events > loss.named.count {
            lines.append("  and \(loss.events - loss.named.count) more")
        }
        lines += loss.spans.sorted { $0.key < $1.key }.map { key, span in
            "  \(key) lacks records from \(span.lowerBound) to \(span.upperBound)"
        }
        lines.append(
            "run `hookline journal requeue` if the journal still has them, then replay again; or "
                + "add --accept-loss to do without them")
        return lines.joined(separator: "\n")
    }
}
