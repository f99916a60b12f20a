package import Consumer
package import Events
internal import Files
internal import Kafka
package import Store
internal import Telemetry
package import Threads

/// What a replay is to do.
package struct ReplayOrder: Sendable {
    /// The topics to read.
    package let topics: ReplayTopics
    /// Events that occurred after it stay out; nil for none.
    package let cutoff: Timestamp?

    /// Orders a replay.
    package init(topics: ReplayTopics, cutoff: Timestamp? = nil) {
        self.topics = topics
        self.cutoff = cutoff
    }

    /// Whether it gives everything that the live state knows.
    package var isWhole: Bool { topics.isWhole && cutoff == nil }

    /// What it is built of, in words; nil for everything.
    package var scope: String? {
        guard !isWhole else { return nil }
        var parts: [String] = []
        if !topics.isWhole {
            parts.append("of the topics \(topics.names.joined(separator: ", "))")
        }
        if let cutoff { parts.append("as of \(cutoff.rfc3339)") }
        return parts.joined(separator: ", ")
    }
}

/// Builds a generation of the topics beside the live one, compares the two, and makes it the live
/// one; it holds the folder's lock for replay.
package final class ReplayRun {
    /// Bytes of memory for entities while a generation is built.
    package static let cacheBytes = 40 << 20
    private static let lookPause = Duration.milliseconds(100)
    private static let closeLimit = Duration.seconds(2)
    /// What a generation may need on the disk beside its state, however small that is.
    private static let leastBytes = 8 << 20

    let swap: GenerationSwap
    private let stop: Monitor<Bool>
    private let progress: (CatchUpProgress) -> Void
    private let lock: FileLock

    /// Locks the folder for replay.
    ///
    /// `stop` becomes true when it is to end; `progress` is told how far the building is.
    package init(
        _ swap: GenerationSwap, stop: Monitor<Bool>,
        progress: @escaping (CatchUpProgress) -> Void = { _ in }
    ) throws(ConsumerError) {
        self.swap = swap
        self.stop = stop
        self.progress = progress
        lock = try stored { () throws(StoreError) in try swap.folder.lockForReplay() }
    }

    /// Removes what earlier replays left unfinished, and names it.
    package func removeUnfinished() throws(ConsumerError) -> [String] {
        try stored { () throws(StoreError) in try swap.folder.removeUnfinished() }
    }

    /// Where each partition begins and ends now.
    package func targets(_ topics: ReplayTopics) throws(ConsumerError) -> [CatchUpTarget] {
        let consumer = try asked { () throws(KafkaError) in
            try KafkaConsumer(swap.kafka, log: swap.log)
        }
        defer { consumer.close(upTo: Self.closeLimit) }
        return try topics.targets(consumer)
    }

    /// Builds a generation; after an error nothing of it is left.
    package func build(
        _ order: ReplayOrder, to targets: [CatchUpTarget]
    ) throws(ConsumerError) -> (generation: Generation, read: CatchUpProgress) {
        let live = try stored { () throws(StoreError) in try swap.folder.liveBytes() }
        try checkRoom(for: max(live, Self.leastBytes))
        do {
            return try fill(order, targets)
        } catch {
            // The next replay, or the next start of consume, tries again.
            _ = try? removeUnfinished()
            throw error
        }
    }

    /// Throws if writing so much would leave too little of the disk to whoever keeps the live state.
    private func checkRoom(for bytes: Int) throws(ConsumerError) {
        let free = try stored { () throws(StoreError) in try swap.folder.freeBytes() }
        let needed = swap.minFreeBytes + bytes
        guard free >= needed else {
            throw .noRoom(folder: swap.folder.path, free: free, needed: needed)
        }
    }

    private func fill(
        _ order: ReplayOrder, _ targets: [CatchUpTarget]
    ) throws(ConsumerError) -> (generation: Generation, read: CatchUpProgress) {
        let (store, generation) = try stored { () throws(StoreError) in
            try StateStore.build(
                in: swap.folder,
                StoreSettings(
                    swap.catalogue, cacheBytes: Self.cacheBytes,
                    deadLettersBytes: swap.settings.deadLettersBytes))
        }
        // Records that were set aside are so here too, from the beginning.
        if let live = try? StateReader.open(swap.folder) {
            try stored { () throws(StoreError) in try store.adoptDropped(from: live) }
        }
        let catchUp = try CatchUp(
            store, to: targets, catalogue: swap.catalogue, kafka: swap.kafka,
            upTo: order.cutoff, hooks: hooks(progress), log: swap.log)
        let read = try catchUp.run()
        try stored { () throws(StoreError) in
            if let scope = order.scope { try store.setScope(scope) }
            try store.finish(generation, in: swap.folder)
        }
        return (generation, read)
    }

    /// Removes the generations that are not kept, and names them.
    package func removeOld() throws(ConsumerError) -> [String] {
        try stored { () throws(StoreError) in
            try swap.folder.removeOld(keeping: swap.kept).removed
        }
    }

    func hooks(_ progress: @escaping (CatchUpProgress) -> Void = { _ in }) -> CatchUp.Hooks {
        var hooks = CatchUp.Hooks()
        hooks.check = { [self] () throws(ConsumerError) in
            if stop.withLock({ $0 }) { throw .interrupted }
            try checkRoom(for: Self.leastBytes)
        }
        hooks.progress = progress
        return hooks
    }

    /// Waits a moment; throws where it is to end.
    func pause() throws(ConsumerError) {
        guard rests() else { throw .interrupted }
    }

    /// Waits a moment; false where it is to end.
    func rests() -> Bool {
        stop.wait(upTo: Self.lookPause) { $0 ? true : nil } == nil
    }
}
