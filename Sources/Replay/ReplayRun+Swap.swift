package import Consumer
internal import Events
internal import Files
internal import Kafka
package import Store

// A generation becomes the live one.
extension ReplayRun {
    /// A generation is close enough to the ends of its topics with so many records left.
    private static let closeEnough: Int64 = 2000
    /// How often it is brought closer at most.
    private static let rounds = 5
    /// How long the process that keeps the live state may take.
    private static let limits = StateRequests.Limits(begin: 30, done: 120)

    /// The generation that was live before the present one.
    package func former() throws(ConsumerError) -> Generation {
        let former = try stored { () throws(StoreError) in try swap.folder.former() }
        guard let last = former.first else { throw .noFormer(folder: swap.folder.path) }
        return last
    }

    /// Makes a generation that was just built the live one; after an error nothing of it is left.
    package func install(
        _ built: Generation, _ topics: ReplayTopics, acceptingLoss: Bool
    ) throws(ConsumerError) {
        do {
            try makeLive(built, topics, acceptingLoss: acceptingLoss)
        } catch {
            _ = try? swap.folder.discard(built)
            throw error
        }
    }

    /// Brings a generation to the ends of its topics and makes it the live one: by the process
    /// that keeps the live state if one runs, else here.
    ///
    /// Throws if the generation lacks something that the live one has, unless that is accepted: a
    /// gap is then recorded in each partition concerned.
    package func makeLive(
        _ generation: Generation, _ topics: ReplayTopics, acceptingLoss: Bool
    ) throws(ConsumerError) {
        for _ in 0..<Self.rounds {
            let read = try bringCloser(generation, topics)
            if read < Self.closeEnough { break }
        }
        try account(for: generation, topics, acceptingLoss)
        if let lock = try folderLock() {
            try installHere(generation, topics, lock)
        } else {
            try ask(for: generation)
        }
    }

    /// Holds the generation against the live state, and records in it what is lost.
    private func account(
        for generation: Generation, _ topics: ReplayTopics, _ acceptsLoss: Bool
    ) throws(ConsumerError) {
        guard let live = try liveState(acceptsLoss) else { return }
        let starts = Dictionary(
            try targets(topics).map { ($0.partition, $0.start ?? 0) }, uniquingKeysWith: max)
        let (loss, gaps) = try live.snapshot(ConsumerError.store) { () throws(ConsumerError) in
            let gaps = try stored { () throws(StoreError) in try live.gaps() }
            let progress = try stored { () throws(StoreError) in try live.progress() }
            _ = try swap.bringUp(
                swap.open(generation.name),
                to: swap.targets(of: progress, isExact: !acceptsLoss), hooks: hooks())
            let loss = try stored { () throws(StoreError) in
                let rebuilt = try StateReader.open(swap.folder, generation: generation.name)
                return try LossCheck(live: live, rebuilt: rebuilt, starts: starts).run()
            }
            return (loss, gaps)
        }
        guard loss.isNothing || acceptsLoss else {
            throw .loss(generation: generation.name, loss)
        }
        try record(loss, gaps, starts, of: live, in: generation, acceptsLoss)
    }

    /// The live state; nil if there is none, or none that can be read where a loss is accepted.
    private func liveState(_ acceptsLoss: Bool) throws(ConsumerError) -> StateReader? {
        do {
            return try StateReader.open(swap.folder)
        } catch {
            if case .noState = error { return nil }
            guard acceptsLoss else { throw .unreadable(error) }
            return nil
        }
    }

    /// Writes into a generation what it does without, what the live one did, and the dead letters
    /// whose records are gone.
    private func record(
        _ loss: StateLoss, _ gaps: [Gap], _ starts: [TopicPartition: Int64],
        of live: StateReader, in generation: Generation, _ acceptsLoss: Bool
    ) throws(ConsumerError) {
        let store = try swap.open(generation.name)
        try stored { () throws(StoreError) in
            try store.begin()
            try store.setAcceptsLoss(acceptsLoss)
            let kept = try store.gaps()
            for gap in gaps where !kept.contains(gap) {
                // What lies before the first record that was read again is still missing.
                let start = starts[TopicPartition(gap.topic, gap.partition)] ?? .max
                if gap.end == nil || gap.first < start { try store.note(gap) }
            }
            for (key, span) in loss.spans.sorted(by: { $0.key < $1.key }) {
                try store.note(
                    Gap(
                        topic: key.topic, partition: key.partition, first: span.lowerBound,
                        end: span.upperBound + 1, reason: "accepted",
                        detail: "a replay did without records of the state before "
                            + "(--accept-loss)",
                        time: .now()))
            }
            for number in loss.deadLetters.map(\.number) {
                // One that was retried meanwhile is no letter any more.
                guard let letter = try live.deadLetters(after: number - 1, limit: 1).first,
                    letter.number == number
                else { continue }
                try store.keep(letter)
            }
            try store.commit()
        }
    }

    /// Reads up to the present ends, and says how much that was.
    private func bringCloser(
        _ generation: Generation, _ topics: ReplayTopics
    ) throws(ConsumerError) -> Int64 {
        let targets = try targets(topics)
        let read = try swap.bringUp(swap.open(generation.name), to: targets, hooks: hooks())
        return Int64(read.records)
    }

    /// The lock of those who keep the live state; nil where another process has it.
    private func folderLock() throws(ConsumerError) -> FileLock? {
        do {
            return try swap.folder.lock()
        } catch {
            guard case .locked = error else { throw .store(error) }
            return nil
        }
    }

    private func installHere(
        _ generation: Generation, _ topics: ReplayTopics, _ lock: FileLock
    ) throws(ConsumerError) {
        // A live state that cannot be read is what a replay is for: the topics' ends lie behind
        // all that it can have read.
        let live = try? StateReader.open(swap.folder).progress()
        _ = try bringCloser(generation, topics)
        _ = try swap.perform(generation.name, after: live ?? [], with: lock, hooks: hooks())
    }

    private func ask(for generation: Generation) throws(ConsumerError) {
        var hasEnded = false
        let answer = try stored { () throws(StoreError) in
            try StateRequests(swap.folder).ask(StateRequest.swap, generation.name, Self.limits) {
                // The process may have ended between the swap and its answer.
                hasEnded = (try? swap.folder.current()) == generation || !rests()
                return !hasEnded
            }
        }
        switch answer {
        case .done: return
        case .refused(let why): throw .refused(why)
        case nil:
            let current = try stored { () throws(StoreError) in try swap.folder.current() }
            if current == generation { return }
            throw hasEnded ? .interrupted : .unanswered(seconds: Self.limits.begin)
        }
    }
}
