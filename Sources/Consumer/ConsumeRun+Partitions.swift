internal import Kafka
internal import Store
internal import Telemetry

// What the loop does beside applying records: partitions, signals, the group's offsets.
extension ConsumeRun {
    /// How long one question to a broker may take; a stop is seen after it.
    private static let questionLimit = Duration.seconds(1)

    /// Asks how many partitions each topic has, and reads those that are new.
    func refreshPartitions() {
        var new: [TrackedPartition] = []
        do {
            // One question for all topics: each one waits behind a fetch that is on its way.
            let known = try consumer.cluster(upTo: Self.questionLimit).topics
            for topic in table.topics { new += try look(at: topic, known[topic.name]?.partitions) }
        } catch {
            schedule.refreshSoon()
            board.miss("\(error)")
        }
        read(new)
        for partition in table.partitions.values { recheck(partition) }
    }

    /// The partitions of a topic that are new; why the topic is not among the known ones is asked
    /// for.
    private func look(
        at topic: (name: String, suffix: String), _ known: Int?
    ) throws(KafkaError) -> [TrackedPartition] {
        do {
            let count: Int
            if let known {
                count = known
            } else {
                count = try consumer.metadata(of: topic.name, upTo: Self.questionLimit).partitions
            }
            board.hear()
            board.set(nil, topic: topic.name)
            for key in table.gone(topic.name, count: count) {
                board.stop(key, .gone(partitions: count))
            }
            return table.add(topic, count: count)
        } catch {
            guard error.isAboutTopic else { throw error }
            schedule.refreshSoon()
            board.hear()
            board.set("\(error)", topic: topic.name)
            return []
        }
    }

    private func read(_ partitions: [TrackedPartition]) {
        guard !partitions.isEmpty else { return }
        do {
            try consumer.assign(
                Dictionary(uniqueKeysWithValues: partitions.map { ($0.key, $0.start) }))
        } catch {
            // They are tried again with the partitions that had an error.
            for partition in partitions { board.set("\(error)", trouble: partition.key) }
            return schedule.refreshSoon()
        }
        for partition in partitions {
            if partition.start == .beginning {
                log.info(
                    "reading a partition that is new to this state from its beginning",
                    ["partition": .string("\(partition.key)")])
            } else {
                log.debug(
                    "reading a partition from where the state is",
                    [
                        "partition": .string("\(partition.key)"),
                        "next": .init(partition.reading.next),
                    ])
            }
        }
    }

    /// Tries a partition again that had an error.
    private func recheck(_ partition: TrackedPartition) {
        guard board.current.troubled[partition.key] != nil else { return }
        do {
            _ = partition.reading.checkAgain()
            try consumer.seek(partition.key, to: partition.start)
            board.set(nil, trouble: partition.key)
        } catch {
            schedule.refreshSoon()
        }
    }

    /// Does what a signal asks for, when no record of before it waits any more.
    func react(to signal: ConsumerSignal) throws(ConsumerError) {
        switch signal {
        case .end(let key, let nextOffset):
            board.hear()
            reachEnd(key, nextOffset)
        case .outOfRange(let key, let error): leaveRange(key, error)
        case .partition(let key, let error):
            board.set("\(error)", trouble: key)
            schedule.refreshSoon()
        case .client(let error):
            if error.fatal { throw .kafka(error) }
            if error.keepsKafkaAway { board.miss("\(error)") }
            // The next look tells whether it answers, again or still.
            schedule.refreshSoon()
            if error.isAboutConnection {
                schedule.wantCheck()
            } else {
                log.warning("the Kafka client reports an error", ["error": .string("\(error)")])
            }
        }
    }

    private func reachEnd(_ key: TopicPartition, _ end: Int64) {
        guard let partition = table.find(key.topic, key.partition) else { return }
        let next = partition.reading.next
        if let reason = partition.reading.reachEnd(end) {
            board.stop(key, reason)
            drop(partition)
        } else if partition.reading.next != next {
            markUnsaved(partition)
        }
        showLag(partition)
    }

    private func leaveRange(_ key: TopicPartition, _ error: KafkaError) {
        guard let partition = table.find(key.topic, key.partition) else { return }
        do {
            let range = try consumer.watermarks(of: key, upTo: Self.questionLimit)
            switch partition.reading.leaveRange(start: range.low, end: range.high) {
            case .stop(let reason):
                board.stop(key, reason)
                drop(partition)
            case .read(let offset):
                log.info(
                    "retention took what was applied; reading on",
                    ["partition": .string("\(key)"), "next": .init(offset)])
                try consumer.seek(key, to: .next(offset))
            }
        } catch {
            board.set("\(error)", trouble: key)
            schedule.refreshSoon()
        }
    }

    /// A broker was away: each partition begins at the record applied last again, to see that it
    /// is still the same.
    func checkAll() {
        let checking = table.partitions.values.filter { $0.reading.checkAgain() }
        guard !checking.isEmpty else { return }
        do {
            try consumer.unassign(checking.map(\.key))
            try consumer.assign(
                Dictionary(uniqueKeysWithValues: checking.map { ($0.key, $0.start) }))
        } catch {
            log.warning("partitions could not be assigned anew", ["error": .string("\(error)")])
            for partition in checking { board.set("\(error)", trouble: partition.key) }
            schedule.refreshSoon()
        }
    }

    /// Reads no more of a partition.
    func drop(_ partition: TrackedPartition) {
        do {
            try consumer.unassign([partition.key])
        } catch {
            // Its records are passed over anyway.
            log.debug("a stopped partition stays assigned", ["error": .string("\(error)")])
        }
    }

    /// Saves offsets that moved without records, and writes all to the group, for lag tools.
    func keepUp() throws(ConsumerError) {
        try saveOffsets()
        let moved = table.partitions.values.filter(\.isUncommitted)
        guard !moved.isEmpty else { return }
        for partition in moved { partition.isUncommitted = false }
        do {
            try consumer.commit(
                Dictionary(uniqueKeysWithValues: moved.map { ($0.key, $0.reading.next) }))
        } catch {
            log.debug("offsets did not go to the group", ["error": .string("\(error)")])
        }
    }
}

extension KafkaError {
    /// Whether only one topic is concerned.
    fileprivate var isAboutTopic: Bool {
        [
            .unknownTopicOrPartition, .unknownTopic, .unknownPartition, .invalidTopic,
            .topicNotAuthorised, .notLeader,
        ].contains(code)
    }

    /// Whether no broker is left over for it; an error of one broker passes.
    fileprivate var keepsKafkaAway: Bool {
        [.allBrokersDown, .authentication, .tls, .resolve].contains(code)
    }

    /// Whether a connection is gone or cannot be made.
    fileprivate var isAboutConnection: Bool {
        code == .transport || code == .allBrokersDown
    }
}
