internal import Kafka
internal import Store
internal import Telemetry

// What the loop does beside applying records: partitions, signals, the group's offsets.
extension ConsumeRun {
    /// How long one question to a broker may take; a stop is seen after it.
    private static let questionLimit = Duration.seconds(1)

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
            // One question for all topics: each one waits behind a fetch that is on its way.
            let known = try consumer.cluster(upTo: Self.questionLimit).topics
            for topic in table.topics {
                try look(at: topic, known[topic.name]?.partitions, &found)
            }
        } catch {
            schedule.refreshSoon()
            board.miss("\(error)")
        }
        for (key, count) in found.gone { try lose(key, .gone(partitions: count)) }
        begin(found.new)
        read(found.new)
        check(found.doubtful)
        for partition in table.partitions.values { recheck(partition) }
    }

    /// Looks at the partitions of a topic; why it is not among the known ones is asked for.
    private func look(
        at topic: (name: String, suffix: String), _ known: Int?, _ found: inout Findings
    ) throws(KafkaError) {
        do {
            let count: Int
            if let known {
                count = known
            } else {
                count = try consumer.metadata(of: topic.name, upTo: Self.questionLimit).partitions
            }
            board.hear()
            let wasAway = board.set(nil, topic: topic.name) != nil
            let old = table.known(topic.name)
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
            schedule.refreshSoon()
            board.hear()
            board.set("\(error)", topic: topic.name)
        }
    }

    /// Asks where partitions begin that nothing is known of: what they lose from here on counts.
    private func begin(_ partitions: [TrackedPartition]) {
        for partition in partitions where partition.reading.isNew {
            do {
                let range = try consumer.watermarks(of: partition.key, upTo: Self.questionLimit)
                partition.reading.begin(at: range.low)
                markUnsaved(partition)
                log.info(
                    "reading a partition that is new to this state from its beginning",
                    ["partition": .string("\(partition.key)"), "next": .init(range.low)])
            } catch {
                // Then it begins where its first record is.
                return log.warning(
                    "a partition was not asked for its beginning",
                    ["partition": .string("\(partition.key)"), "error": .string("\(error)")])
            }
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
            try reachEnd(key, nextOffset)
        case .outOfRange(let key, let error): try leaveRange(key, error)
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

    private func reachEnd(_ key: TopicPartition, _ end: Int64) throws(ConsumerError) {
        guard let partition = table.find(key.topic, key.partition) else { return }
        let (next, isNew) = (partition.reading.next, partition.reading.isNew)
        if let reason = partition.reading.reachEnd(end) {
            try meet(reason, of: partition)
        } else if partition.reading.next != next || isNew {
            markUnsaved(partition)
        }
        showLag(partition)
    }

    private func leaveRange(_ key: TopicPartition, _ error: KafkaError) throws(ConsumerError) {
        guard let partition = table.find(key.topic, key.partition) else { return }
        let range: Watermarks
        do {
            range = try consumer.watermarks(of: key, upTo: Self.questionLimit)
        } catch {
            board.set("\(error)", trouble: key)
            return schedule.refreshSoon()
        }
        switch partition.reading.leaveRange(start: range.low, end: range.high) {
        case .stop(let reason): try meet(reason, of: partition)
        case .read(let offset):
            log.info(
                "retention took what was applied; reading on",
                ["partition": .string("\(key)"), "next": .init(offset)])
            seek(partition, to: .next(offset))
        }
    }

    /// Continues a partition at the record that is wanted next.
    func readOn(_ partition: TrackedPartition) {
        seek(partition, to: partition.start)
    }

    /// Reads a partition from another offset on; where that fails it is tried again.
    func seek(_ partition: TrackedPartition, to start: StartOffset) {
        do {
            try consumer.seek(partition.key, to: start)
        } catch {
            board.set("\(error)", trouble: partition.key)
            schedule.refreshSoon()
        }
    }

    /// A broker was away, or a topic changed, or time has passed: each partition begins at a record
    /// that was applied again, to see that it is still the same.
    func check(_ partitions: [TrackedPartition]) {
        let checking = partitions.filter { $0.reading.checkAgain() }
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

    /// Checks every partition before anything more of it is applied, and reads again what was left
    /// out.
    func recheckAll() {
        for partition in table.partitions.values where partition.reading.stopReason == nil {
            _ = partition.reading.checkAgain()
            seek(partition, to: partition.start)
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
