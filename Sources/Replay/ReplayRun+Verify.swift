package import Consumer
internal import Kafka
package import Store
internal import Threads

// A generation held against the live state.
extension ReplayRun {
    /// How long the live state may stand still before it has read as far as the replay has.
    private static let liveLimit = Duration.seconds(10)

    /// What a comparison gave.
    package struct Verdict: Equatable, Sendable {
        /// Entities compared.
        package let entities: Int
        /// Entities that differ.
        package let different: Int
        /// Entities that would be worse after a swap.
        package let worse: Int
    }

    /// Compares a generation with the live state, after both have read the same records, and tells
    /// each difference.
    package func verify(
        _ generation: Generation, _ order: ReplayOrder,
        _ tell: (EntityDifference) throws(StoreError) -> Void
    ) throws(ConsumerError) -> Verdict {
        let live = try liveReader(asFarAs: generation)
        return try live.snapshot(ConsumerError.store) { () throws(ConsumerError) in
            try compare(live, generation, order, tell)
        }
    }

    private func compare(
        _ live: StateReader, _ generation: Generation, _ order: ReplayOrder,
        _ tell: (EntityDifference) throws(StoreError) -> Void
    ) throws(ConsumerError) -> Verdict {
        let progress = try stored { () throws(StoreError) in try live.progress() }
        let targets = swap.targets(of: progress).filter {
            order.topics.names.contains($0.partition.topic)
        }
        _ = try swap.bringUp(
            swap.open(generation.name, isPart: !order.isWhole), to: targets,
            upTo: order.cutoff, hooks: hooks())
        return try stored { () throws(StoreError) in
            let rebuilt = try StateReader.open(swap.folder, generation: generation.name)
            return try rebuilt.snapshot { () throws(StoreError) in
                var comparison = StateComparison(
                    live: live, rebuilt: rebuilt, scope: order.isWhole ? .whole : .part)
                try comparison.run(tell)
                return Verdict(
                    entities: comparison.entities, different: comparison.different,
                    worse: comparison.worse)
            }
        }
    }

    /// A reader of the live state, once that has read all that the generation has.
    private func liveReader(asFarAs generation: Generation) throws(ConsumerError) -> StateReader {
        let needed = try stored { () throws(StoreError) in
            try StateReader.open(swap.folder, generation: generation.name).progress()
        }
        let live = try stored { () throws(StoreError) in try StateReader.open(swap.folder) }
        var before: [PartitionProgress] = []
        var moved = MonotonicClock.now()
        while true {
            let now = try stored { () throws(StoreError) in try live.progress() }
            guard let behind = Self.behind(now, needed) else { return live }
            if now != before { (before, moved) = (now, MonotonicClock.now()) }
            let waited = Duration.nanoseconds(Int64(MonotonicClock.now() - moved))
            if waited > Self.liveLimit { throw behind }
            try pause()
        }
    }

    /// The first partition in which the live state has not read as far as it must.
    private static func behind(
        _ live: [PartitionProgress], _ needed: [PartitionProgress]
    ) -> ConsumerError? {
        let next = Dictionary(
            live.map { (TopicPartition($0.topic, $0.partition), $0.next) }, uniquingKeysWith: max)
        for partition in needed {
            let key = TopicPartition(partition.topic, partition.partition)
            let reached = next[key] ?? 0
            if reached < partition.next {
                return .liveBehind(key, live: reached, needed: partition.next)
            }
        }
        return nil
    }
}
