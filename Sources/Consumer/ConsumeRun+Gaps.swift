internal import Events
internal import Kafka
internal import Store
internal import Telemetry

// What the loop does where a partition is not what it was: `consumer.onGap`.
extension ConsumeRun {
    /// Stops a partition, or leaves out what is missing of it, as is configured.
    func meet(_ reason: StopReason, of partition: TrackedPartition) throws(ConsumerError) {
        guard goesOn else {
            board.stop(partition.key, reason)
            return drop(partition)
        }
        let (first, end) = follower.goOn(partition)
        try passOver(partition.key, first, end, reason, to: partition.progress)
        partition.isUncommitted = true
    }

    /// The same for a partition that the topic does not have any more.
    func lose(_ key: TopicPartition, _ reason: StopReason) throws(ConsumerError) {
        guard goesOn else {
            board.stop(key, reason)
            board.set(nil, trouble: key)
            if let partition = table.partitions[key] {
                follower.stop(partition, reason)
                drop(partition)
            }
            return
        }
        try passOver(key, table.next(of: key), nil, reason, to: nil)
        guard let partition = table.forget(key) else { return }
        drop(partition)
    }

    /// Stores where partitions begin that are read for the first time, with what they no longer
    /// have.
    func noteBeginnings(of partitions: [TrackedPartition]) throws(ConsumerError) {
        try stored { () throws(StoreError) in
            try store.begin()
            for partition in partitions {
                let (key, start) = (partition.key, partition.reading.next)
                try store.advance(partition.progress)
                guard start > 0 else { continue }
                try store.note(.before(start, topic: key.topic, partition: key.partition))
            }
            try store.commit()
        }
    }

    /// Writes the gap down together with where reading goes on, and says it.
    private func passOver(
        _ key: TopicPartition, _ first: Int64, _ end: Int64?, _ reason: StopReason,
        to progress: PartitionProgress?
    ) throws(ConsumerError) {
        let gap = Gap(
            topic: key.topic, partition: key.partition, first: first, end: end,
            reason: reason.name, detail: reason.finding, time: .now())
        try stored { () throws(StoreError) in
            try store.begin()
            try store.passOver(gap, to: progress)
            try store.commit()
        }
        metrics.gaps.add(1)
        if let end { metrics.missing.add(Int(end - first)) }
        log.error(
            "records are missing and are passed over, as consumer.onGap says",
            [
                "partition": .string("\(key)"), "first": .init(first),
                "last": .string(end.map { "\($0 - 1)" } ?? "unknown"),
                "next": .string(progress.map { "\($0.next)" } ?? "none"),
                "why": .string(reason.finding),
            ])
    }
}
