package import Files

/// The folder that holds the generations of the state.
///
///     LOCK          held by the one process that keeps the live state
///     REPLAY        held by the one process that builds another generation
///     CURRENT       the name of the live generation, then those that were live before it, the
///                   last one first, a line each
///     generations   a folder for each, see `Generation`
///
/// Database files are never renamed: which generation is live is what `CURRENT` says.
package struct StateFolder: Sendable {
    /// Where the folder is.
    package let path: String
    let files: any FileLayer

    /// Names a folder, there or not.
    package init(_ path: String, on files: any FileLayer = Disk()) {
        self.path = path
        self.files = files
    }

    /// Takes the folder for the process that keeps the live state; it is made where there is none.
    package func lock() throws(StoreError) -> FileLock {
        do {
            try files.createFolder(generationsPath)
            return try FileLock("\(path)/LOCK", on: files)
        } catch {
            guard case .locked(_, let holder) = error else { throw .files(error) }
            throw .locked(folder: path, holder: holder)
        }
    }

    /// The process that keeps the live state; nil where there is none that can be seen.
    package var lockHolder: Int32? { FileLock.holder(of: "\(path)/LOCK") }

    /// The live generation; nil where there is none yet.
    package func current() throws(StoreError) -> Generation? {
        guard let lines = try currentNames() else { return nil }
        let name = lines.first ?? ""
        guard Generation.isName(name), try names(in: generationsPath).contains(name) else {
            throw .noCurrent(folder: path, found: name)
        }
        return generation(name)
    }

    /// The database of the live generation; nil where there is none yet.
    package func currentDatabase() throws(StoreError) -> String? {
        try current()?.database
    }

    /// The live generation, or the first one, made for it where there is none.
    ///
    /// The caller holds the lock, makes the database whole, and then calls `install`.
    func generationForWriting() throws(StoreError) -> (generation: Generation, isNew: Bool) {
        if let current = try current() { return (current, false) }
        // A crash before `install` leaves the first generation without its pointer. One that a
        // replay left unfinished is nobody's first: it was written without syncs.
        let all = try names(in: generationsPath)
        var finished: [String] = []
        for name in all where try !isUnfinished(generation(name)) { finished.append(name) }
        guard finished.count < 2 else { throw .noCurrent(folder: path, found: "") }
        let next = Generation.name((all.last.flatMap { Int($0) } ?? 0) + 1)
        let first = generation(finished.first ?? next)
        do {
            try files.createFolder(first.folder)
        } catch {
            throw .files(error)
        }
        return (first, true)
    }

    /// Makes a generation the live one: readers that open from here on read it.
    ///
    /// What was live becomes the last of the former ones.
    func install(_ generation: Generation) throws(StoreError) {
        var names = [generation.name]
        // Where the pointer cannot be read the new one mends it.
        for name in (try? currentNames()) ?? [] where !names.contains(name) {
            if Generation.isName(name) { names.append(name) }
        }
        do {
            try files.syncFolder(generation.folder)
            let lines = names.joined(separator: "\n") + "\n"
            try files.replace("\(path)/CURRENT", with: Array(lines.utf8))
        } catch {
            throw .files(error)
        }
    }

    /// Bytes that are free on the folder's disk.
    package func freeBytes() throws(StoreError) -> Int {
        do {
            return try files.freeBytes(path)
        } catch {
            throw .files(error)
        }
    }

    /// Bytes of the live generation's database; 0 if there is none.
    package func liveBytes() throws(StoreError) -> Int {
        // One whose pointer is broken is what a replay is for.
        guard let database = try? currentDatabase() else { return 0 }
        do {
            return try files.open(database, .read).size()
        } catch {
            guard error.isMissing else { throw .files(error) }
            return 0
        }
    }

    var generationsPath: String { "\(path)/generations" }

    func generation(_ name: String) -> Generation { Generation(name, in: generationsPath) }

    /// The names of the generations that there are, in order.
    func names(in folder: String) throws(StoreError) -> [String] {
        do {
            return try files.list(folder).filter(Generation.isName)
        } catch {
            guard error.isMissing else { throw .files(error) }
            return []
        }
    }

    /// The lines of `CURRENT`; nil where there is none.
    func currentNames() throws(StoreError) -> [String]? {
        do {
            let text = String(
                decoding: try files.contents(of: "\(path)/CURRENT"), as: UTF8.self)
            return text.split(separator: "\n").map(String.init)
        } catch {
            guard error.isMissing else { throw .files(error) }
            return nil
        }
    }
}
