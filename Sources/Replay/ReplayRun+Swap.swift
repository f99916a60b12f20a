internal import Consumer
internal import Events
internal import Files
internal import Kafka
package import Store
internal import Threads

// A generation becomes the live one.
extension ReplayRun {
    /// A generation is close enough to the ends of its topics with so many records left.
    private static let closeEnough: Int64 = 2000
    /// How often it is brought closer at most.
    private static let rounds = 5
    /// How long the process that keeps the live state may take to begin, in seconds.
    private static let beginLimit: Int64 = 30
    /// How long it may take from there.
    private static let swapLimit: Int64 = 120

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
        let (requests, number) = try stored { () throws(StoreError) in
            let requests = try StateRequests(swap.folder)
            let expires = Timestamp.now().adding(seconds: Self.beginLimit)
            return (
                requests, try requests.ask(StateRequest.swap, generation.name, expires: expires)
            )
        }
        var deadline = MonotonicClock.now() + UInt64(Self.beginLimit) * 1_000_000_000
        var hasBegun = false
        while true {
            let answer = try stored { () throws(StoreError) in try requests.answer(to: number) }
            switch answer {
            case .done: return
            case .refused(let why): throw .refused(why)
            case nil: break
            }
            // The process may have ended between the swap and its answer.
            let current = try stored { () throws(StoreError) in try swap.folder.current() }
            if current?.name == generation.name { return }
            if MonotonicClock.now() > deadline {
                let isBack = try stored { () throws(StoreError) in
                    try requests.withdraw(number)
                }
                guard !isBack, !hasBegun else {
                    throw .unanswered(seconds: hasBegun ? Self.swapLimit : Self.beginLimit)
                }
                hasBegun = true
                deadline += UInt64(Self.swapLimit) * 1_000_000_000
            }
            do {
                try pause()
            } catch {
                _ = try? requests.withdraw(number)
                throw error
            }
        }
    }
}
