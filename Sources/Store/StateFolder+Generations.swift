package import Files

/// What is in a folder beside the live generation, and what was done about it.
package struct RemovedGenerations: Equatable, Sendable {
    /// The names of those that are gone.
    package internal(set) var removed: [String] = []
    /// The names of those that somebody still reads: the next time will do.
    package internal(set) var held: [String] = []
}

// Generations beside the live one: built, kept, removed.
extension StateFolder {
    /// Takes the folder for the process that builds another generation.
    package func lockForReplay() throws(StoreError) -> FileLock {
        do {
            try files.createFolder(generationsPath)
            return try FileLock("\(path)/REPLAY", on: files)
        } catch {
            guard case .locked(_, let holder) = error else { throw .files(error) }
            throw .replayRuns(folder: path, holder: holder)
        }
    }

    /// The generations that were live before and are still there, the last one first.
    package func former() throws(StoreError) -> [Generation] {
        let there = try names(in: generationsPath)
        let lines = try currentNames() ?? []
        return lines.dropFirst().filter { there.contains($0) }.map { generation($0) }
    }

    /// A finished generation by its name.
    package func generation(named name: String) throws(StoreError) -> Generation {
        var known: [String] = []
        for name in try names(in: generationsPath) where try !isUnfinished(generation(name)) {
            known.append(name)
        }
        guard known.contains(name) else {
            throw .unknownGeneration(folder: path, name: name, known: known)
        }
        return generation(name)
    }

    /// Makes the folder of a generation to be built, marked as unfinished.
    ///
    /// The caller holds the lock for replay.
    func makeGeneration() throws(StoreError) -> Generation {
        let last = try names(in: generationsPath).last.flatMap { Int($0) } ?? 0
        let new = generation(Generation.name(last + 1))
        do {
            try files.createFolder(new.folder)
            try mark(new)
        } catch {
            throw .files(error)
        }
        return new
    }

    /// Makes a generation durable that was built without syncs, and takes its mark away.
    func finish(_ generation: Generation) throws(StoreError) {
        do {
            try files.open(generation.database, .write).sync()
            try files.syncFolder(generation.folder)
            try files.remove(generation.markPath)
            try files.syncFolder(generation.folder)
        } catch {
            throw .files(error)
        }
    }

    /// Removes the generations that a replay left unfinished when it was ended, and says which.
    ///
    /// The caller holds the lock for replay: nobody builds them any more.
    package func removeUnfinished() throws(StoreError) -> [String] {
        var removed: [String] = []
        for name in try names(in: generationsPath) {
            let generation = generation(name)
            guard try isUnfinished(generation) else { continue }
            if try remove(generation) { removed.append(name) }
        }
        return removed
    }

    /// Removes the generations that are neither live nor among the last `kept` that were, nor the
    /// newest that never was.
    ///
    /// The caller holds the lock for replay, or the folder's.
    @discardableResult
    package func removeOld(keeping kept: Int) throws(StoreError) -> RemovedGenerations {
        guard let current = try current() else { return RemovedGenerations() }
        let former = try former().map(\.name)
        var stay = Set(former.prefix(kept)).union([current.name])
        let others = try names(in: generationsPath).filter { !stay.contains($0) }
        if let newest = others.last(where: { !former.contains($0) }) { stay.insert(newest) }
        var result = RemovedGenerations()
        for name in others where !stay.contains(name) {
            if try remove(generation(name)) {
                result.removed.append(name)
            } else {
                result.held.append(name)
            }
        }
        return result
    }

    /// Removes a generation that was to become the live one and did not; nothing happens if it is
    /// live, or was, or somebody reads it.
    package func discard(_ generation: Generation) throws(StoreError) {
        guard try !(currentNames() ?? []).contains(generation.name) else { return }
        _ = try remove(generation)
    }

    /// Removes a generation; false where somebody reads it.
    func remove(_ generation: Generation) throws(StoreError) -> Bool {
        do {
            let hold = try files.open(generation.holdPath, .create)
            guard try hold.tryLock(.exclusive) else { return false }
            // A removal that is cut off is gone on with by the next replay.
            try mark(generation)
            let names = try files.list(generation.folder)
            let last = ["HELD", "UNFINISHED"]
            for name in names where !last.contains(name) {
                try files.remove("\(generation.folder)/\(name)")
            }
            for name in last { try files.remove("\(generation.folder)/\(name)") }
            try files.remove(generation.folder)
            try files.syncFolder(generationsPath)
            return true
        } catch {
            throw .files(error)
        }
    }

    private func mark(_ generation: Generation) throws(FileError) {
        _ = try files.open(generation.markPath, .create)
        try files.syncFolder(generation.folder)
    }

    func isUnfinished(_ generation: Generation) throws(StoreError) -> Bool {
        do {
            return try files.list(generation.folder).contains("UNFINISHED")
        } catch {
            guard error.isMissing else { throw .files(error) }
            return true
        }
    }

    /// Opens the live generation for reading, kept from being removed meanwhile.
    func holdCurrent() throws(StoreError) -> (generation: Generation, hold: any File) {
        // The pointer can move between its reading and the lock; a second look tells.
        for _ in 0..<Self.looks {
            guard let found = try current() else { throw .noState(folder: path) }
            if let hold = try hold(found), try current() == found { return (found, hold) }
        }
        throw .noCurrent(folder: path, found: "")
    }

    private static let looks = 100

    /// A lock that keeps a generation from being removed; nil where it is being removed.
    func hold(_ generation: Generation) throws(StoreError) -> (any File)? {
        do {
            return try generation.hold(on: files)
        } catch {
            switch error {
            case .locked: return nil
            default:
                guard error.isMissing else { throw .files(error) }
                return nil
            }
        }
    }
}
