internal import Kafka
internal import Store
internal import Telemetry

// What the loop does beside applying records: partitions, signals, the group's offsets.
extension ConsumeRun {
    /// What a look at the topics has found.
    private struct Findings {
        /// Partitions that are not read yet.
        var new: [TrackedPartition] = []
        /// Partitions that their topic does not have any more, with how many it has.
        var gone: [(key: TopicPartition, count: Int)] = []
        /// Partitions of topics that may have been made again.
        var doubtful: [TrackedPartition] = []
    }

    /// Asks how many partitions each topic has, and reads those that are new.
    func refreshPartitions() throws(ConsumerError) {
        var found = Findings()
        do {
            // One question for all that is read: each one waits behind a fetch that is on its way.
            let known = try consumer.assignedTopics(upTo: Self.questionLimit)
            for topic in table.topics {
                try look(at: topic, known[topic]?.partitions, &found)
            }
        } catch {
            schedule.refreshSoon()
            board.miss("\(error)")
        }
        for (key, count) in found.gone { try lose(key, .gone(partitions: count)) }
        read(try begin(found.new))
        check(found.doubtful)
        for partition in table.partitions.values { recheck(partition) }
    }

    /// Looks at the partitions of a topic; why it is not among the known ones is asked for.
    private func look(
        at topic: String, _ known: Int?, _ found: inout Findings
    ) throws(KafkaError) {
        do {
            let count: Int
            if let known {
                count = known
            } else {
                count = try consumer.metadata(of: topic, upTo: Self.questionLimit).partitions
            }
            board.hear()
            let wasAway = board.set(nil, topic: topic) != nil
            let old = table.known(topic)
            let gone = old.filter { Int($0.partition) >= count }.sorted()
            let new = table.add(topic, count: count)
            found.gone += gone.map { ($0, count) }
            found.new += new
            // Whoever makes a topic again often gives it another number of partitions.
            if wasAway || !new.isEmpty || !gone.isEmpty {
                found.doubtful += old.subtracting(gone).compactMap { table.partitions[$0] }
                    .filter { tracked in !new.contains { $0 === tracked } }
            }
        } catch {
            guard error.isAboutTopic else { throw error }
            if table.isFormer(topic), error.saysThatTopicIsGone { return leave(topic) }
            schedule.refreshSoon()
            board.hear()
            board.set("\(error)", topic: topic)
        }
    }

    /// A former topic is gone: what was read of it stays in the state, and nothing new can come.
    private func leave(_ topic: String) {
        board.hear()
        for key in table.known(topic) {
            board.forget(key)
            if let partition = table.setAside(key) { drop(partition) }
        }
    }

    /// Asks where partitions begin that nothing is known of: what they lose from here on counts.
    ///
    /// Gives those that can be read; the others are added again by a later look. Those of a topic
    /// begin together or not at all: to a later look, or a later start, a topic that the state knows
    /// has no partitions that may begin anywhere.
    private func begin(
        _ partitions: [TrackedPartition]
    ) throws(ConsumerError) -> [TrackedPartition] {
        let new = Dictionary(grouping: partitions.filter(\.reading.isNew), by: \.key.topic)
        var begun = partitions.filter { !$0.reading.isNew }
        var isAnswered = true
        for (_, partitions) in new.sorted(by: { $0.key < $1.key }) {
            // One question that nobody answers is enough for a look.
            if isAnswered { isAnswered = try begin(together: partitions) }
            if isAnswered {
                begun += partitions
            } else {
                for partition in partitions { follower.remove(partition.key) }
            }
        }
        return begun
    }

    /// Begins the partitions of a topic, and stores where; false if one could not be asked.
    private func begin(together partitions: [TrackedPartition]) throws(ConsumerError) -> Bool {
        var starts: [Int64] = []
        for partition in partitions {
            do {
                let range = try consumer.watermarks(of: partition.key, upTo: Self.questionLimit)
                starts.append(range.low)
                board.set(nil, trouble: partition.key)
            } catch {
                board.set("its beginning is not known yet: \(error)", trouble: partition.key)
                schedule.refreshSoon()
                return false
            }
        }
        for (partition, start) in zip(partitions, starts) {
            follower.begin(partition, at: start)
            log.info(
                "reading a partition that is new to this state from its beginning",
                ["partition": .string("\(partition.key)"), "next": .init(start)])
        }
        try noteBeginnings(of: partitions)
        return true
    }

    private func read(_ partitions: [TrackedPartition]) {
        do {
            try follower.read(partitions)
        } catch {
            // They are tried again with the partitions that had an error.
            for partition in partitions { board.set("\(error)", trouble: partition.key) }
            return schedule.refreshSoon()
        }
        for partition in partitions {
            log.debug(
                "reading a partition from where the state is",
                [
                    "partition": .string("\(partition.key)"),
                    "next": .init(partition.reading.next),
                ])
        }
    }

    /// Tries a partition again that had an error.
    private func recheck(_ partition: TrackedPartition) {
        guard board.current.troubled[partition.key] != nil,
            partition.reading.stopReason == nil
        else { return }
        do {
            try follower.retry(partition)
            board.set(nil, trouble: partition.key)
        } catch {
            schedule.refreshSoon()
        }
    }

    /// Does what an event asks for.
    func react(to event: FollowerEvent<TrackedPartition>) throws(ConsumerError) {
        switch event {
        case .end(let partition):
            board.hear()
            showLag(partition)
        case .stopped(let partition, let reason): try meet(reason, of: partition)
        case .trimmed(let partition):
            log.info(
                "retention took what was applied; reading on",
                [
                    "partition": .string("\(partition.key)"),
                    "next": .init(partition.reading.next),
                ])
        case .trouble(let key, let error):
            board.set("\(error)", trouble: key)
            schedule.refreshSoon()
        case .pause: log.info("the process stood still: checking every partition")
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

    /// Checks that partitions are still what they were.
    func check(_ partitions: [TrackedPartition]) {
        do {
            try follower.check(partitions)
        } catch {
            log.warning("partitions could not be assigned anew", ["error": .string("\(error)")])
        }
    }

    /// Reads no more of a partition.
    func drop(_ partition: TrackedPartition) {
        do {
            try follower.stopReading([partition.key])
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
