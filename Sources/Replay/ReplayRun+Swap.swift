internal import Consumer
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
    package func former() throws(ReplayError) -> Generation {
        let former = try stored { () throws(StoreError) in try swap.folder.former() }
        guard let last = former.first else { throw .noFormer(folder: swap.folder.path) }
        return last
    }

    /// Brings a generation to the ends of its topics and makes it the live one: by the process
    /// that keeps the live state, where one runs, and else here.
    package func makeLive(_ generation: Generation, _ topics: ReplayTopics) throws(ReplayError) {
        for _ in 0..<Self.rounds {
            let read = try bringCloser(generation, topics)
            if read < Self.closeEnough { break }
        }
        if let lock = try folderLock() {
            try installHere(generation, topics, lock)
        } else {
            try ask(for: generation)
        }
    }

    /// Reads up to the present ends, and says how much that was.
    private func bringCloser(
        _ generation: Generation, _ topics: ReplayTopics
    ) throws(ReplayError) -> Int64 {
        let targets = try targets(topics)
        let read = try caughtUp { () throws(CatchUpError) in
            let store = try swap.open(generation.name)
            return try swap.bringUp(store, to: targets, hooks: hooks())
        }
        return Int64(read.records)
    }

    /// The lock of those who keep the live state; nil where another process has it.
    private func folderLock() throws(ReplayError) -> FileLock? {
        do {
            return try swap.folder.lock()
        } catch {
            guard case .locked = error else { throw .store(error) }
            return nil
        }
    }

    private func installHere(
        _ generation: Generation, _ topics: ReplayTopics, _ lock: FileLock
    ) throws(ReplayError) {
        // A live state that cannot be read is what a replay is for: the topics' ends lie behind
        // all that it can have read.
        let live = try? StateReader.open(swap.folder).progress()
        _ = try bringCloser(generation, topics)
        try caughtUp { () throws(CatchUpError) in
            _ = try swap.perform(generation.name, after: live ?? [], with: lock, hooks: hooks())
        }
    }

    private func ask(for generation: Generation) throws(ReplayError) {
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
            throw hasEnded ? .catchUp(.interrupted) : .unanswered(seconds: Self.limits.begin)
        }
    }
}
