package import Events
package import Files
package import Kafka
package import Store
package import Telemetry

/// Makes another generation the live one, once it knows all that the live one knows.
///
/// Readers see the old state or the new one, and never an older state than before.
package struct GenerationSwap {
    /// The folder with both.
    package let folder: StateFolder
    /// What the state is built by.
    package let catalogue: Catalogue
    /// Where the records are.
    package let kafka: KafkaConfiguration
    /// What a store of it needs.
    package let settings: StoreSettings
    /// How many generations are kept that were live before.
    package let kept: Int
    /// Bytes of the disk that a replay leaves to the process that keeps the live state.
    package let minFreeBytes: Int
    /// Where it says what it does.
    package let log: Log

    /// Prepares swaps in the state's folder.
    package init(
        _ state: StateConfiguration, catalogue: Catalogue, kafka: KafkaConfiguration, log: Log,
        on files: any FileLayer = Disk()
    ) {
        folder = StateFolder(state.folder, on: files)
        self.catalogue = catalogue
        self.kafka = kafka
        settings = StoreSettings(state, catalogue)
        kept = state.generationsKept
        minFreeBytes = state.minFreeBytes
        self.log = log
    }

    /// Opens a generation that may become the live one, or a part of the state, for its one writer.
    package func open(_ name: String, isPart: Bool = false) throws(ConsumerError) -> StateStore {
        try stored { () throws(StoreError) in
            let generation = try folder.generation(named: name)
            let store = try StateStore.open(
                generation, in: folder, settings)
            if !isPart, let scope = try store.scope() {
                throw .partOfState(path: store.path, scope: scope)
            }
            return store
        }
    }

    /// Reads the generation up to these ends.
    package func bringUp(
        _ store: StateStore, to targets: [CatchUpTarget], upTo cutoff: Timestamp? = nil,
        hooks: CatchUp.Hooks = .init()
    ) throws(ConsumerError) -> CatchUpProgress {
        let catchUp = try CatchUp(
            store, to: targets, catalogue: catalogue, kafka: kafka, upTo: cutoff, hooks: hooks,
            log: log)
        return try catchUp.run()
    }

    /// Brings a generation to what the live one has read, and makes it the live one.
    ///
    /// `lock` is the folder's, which goes to the store that is given back.
    package func perform(
        _ name: String, after live: [PartitionProgress], with lock: FileLock?,
        hooks: CatchUp.Hooks = .init()
    ) throws(ConsumerError) -> StateStore {
        let current = try? folder.current()
        guard current?.name != name else { throw .store(.isLive(generation: name)) }
        let store = try open(name)
        let isExact = try stored { () throws(StoreError) in try !store.acceptsLoss() }
        _ = try bringUp(store, to: targets(of: live, isExact: isExact), hooks: hooks)
        // What was set aside stays so, also what was while the generation was built.
        if let live = try? StateReader.open(folder) {
            try stored { () throws(StoreError) in try store.adoptDropped(from: live) }
        }
        try stored { () throws(StoreError) in
            try store.install(folder.generation(named: name), in: folder, with: lock)
        }
        return store
    }

    /// Removes what a replay left unfinished that was killed.
    package func removeUnfinished() {
        do {
            // Whoever holds the lock is building.
            let lock = try folder.lockForReplay()
            for name in try folder.removeUnfinished() {
                log.info(
                    "removed a generation that a replay left unfinished",
                    ["generation": .string(name)])
            }
            withExtendedLifetime(lock) {}
        } catch {
            if case .replayRuns = error { return }
            log.warning("an unfinished generation stays", ["why": .string("\(error)")])
        }
    }

    /// Removes the generations that are not kept.
    package func removeOld() {
        do {
            let removed = try folder.removeOld(keeping: kept).removed
            for name in removed {
                log.info("removed an old generation", ["generation": .string(name)])
            }
        } catch {
            log.warning("an old generation stays", ["why": .string("\(error)")])
        }
    }

    /// What a generation must have read to know all that these offsets stand for; less will do if
    /// it is not exact.
    ///
    /// Topics that are read no more stay out.
    package func targets(
        of progress: [PartitionProgress], isExact: Bool = true
    ) -> [CatchUpTarget] {
        let topics = catalogue.topicsToRead(prefix: kafka.topicPrefix)
        return progress.filter { topics[$0.topic] != nil }.map { partition in
            CatchUpTarget(
                TopicPartition(partition.topic, partition.partition), end: partition.next,
                isExact: isExact)
        }
    }
}
