internal import JSON
package import Kafka
package import Store

/// Why records could not be read into a state: by the consumer, or by a replay.
package enum ConsumerError: Error {
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
    /// The same, and an open transaction hides the records that are missing.
    case hidden(TopicPartition, next: Int64, end: Int64)
    /// There is no memory to read a record, of which nothing was applied.
    case memory(RecordPosition)
    /// It was asked to stop.
    case interrupted
    /// The catalogue has no such topic.
    case unknownTopic(String, known: [String])
    /// A topic cannot be asked for its partitions.
    case topic(String, KafkaError)
    /// The live state has not read as far as the replay has, so the two cannot be compared.
    case liveBehind(TopicPartition, live: Int64, needed: Int64)
    /// The generation lacks something that the live state has.
    case loss(generation: String, StateLoss)
    /// The live state cannot be read, so nobody knows what a generation lacks of it.
    case unreadable(StoreError)
    /// The disk has too little room for another generation.
    case noRoom(folder: String, free: Int, needed: Int)
    /// No generation was live before the present one.
    case noFormer(folder: String)
    /// The process that keeps the live state refused to swap.
    case refused(String)
    /// The process that keeps the live state did not answer.
    case unanswered(seconds: Int64)
}

/// Runs what only the store can fail.
package func stored<R>(_ body: () throws(StoreError) -> R) throws(ConsumerError) -> R {
    do {
        return try body()
    } catch {
        throw .store(error)
    }
}

/// Runs what only a want of memory can fail, for the record at this position.
func readable<R>(
    _ position: @autoclosure () -> RecordPosition, _ body: () throws(JSONError) -> R
) throws(ConsumerError) -> R {
    do {
        return try body()
    } catch {
        throw .memory(position())
    }
}

/// Runs what only the Kafka client can fail.
package func asked<R: ~Copyable>(_ body: () throws(KafkaError) -> R) throws(ConsumerError) -> R {
    do {
        return try body()
    } catch {
        throw .kafka(error)
    }
}

extension ConsumerError: CustomStringConvertible {
    /// One sentence: what happened, to what, and what to do.
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .kafka(let error):
            """
            Kafka cannot be read: \(error); see whether it answers, then start again: reading \
            continues where it was
            """
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
            the topic was recreated or truncated; run `hookline journal requeue` if the journal \
            still has the records, then replay again; or accept the loss with \
            `hookline replay --swap --accept-loss`
            """
        case .hidden(let partition, let next, let end):
            """
            \(partition) can be read up to \(next) and not to \(end), because a transaction is open \
            there: run it again once its producer has ended it, or Kafka at its time limit
            """
        case .memory(let position):
            """
            there is no memory to read the record at \(position): nothing of it was applied; give \
            the process more memory, then start it again
            """
        case .interrupted: "it was stopped before its end"
        case .unknownTopic(let name, let known):
            "the catalogue has no topic \(name): it has \(known.joined(separator: ", "))"
        case .topic(let topic, let error):
            """
            the topic \(topic) cannot be read: \(error); create it with `hookline topics create`, \
            or name the others with --topic
            """
        case .liveBehind(let partition, let live, let needed):
            """
            the live state has read \(partition) up to \(live) and the replay up to \(needed): run \
            `hookline consume` until it has caught up, then run it again
            """
        case .loss(let generation, let loss): "generation \(generation) lacks \(loss)"
        case .unreadable(let error):
            """
            what a swap would lose is unknown, because the live state cannot be read: \(error); to \
            swap anyway, add --accept-loss
            """
        case .noRoom(let folder, let free, let needed):
            """
            the disk of \(folder) has \(free) bytes free and a replay needs \(needed), of which \
            state.minFreeBytes stays free for consume: make room, then replay again
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
