package import Files

/// The folder that holds the generations of the state.
///
///     LOCK                              held by the one process that builds the state
///     CURRENT                           the name of the live generation, and a line feed
///     generations/000001/state.sqlite   one built copy of the state, with SQLite's own files
///
/// Database files are never renamed: which generation is live is what `CURRENT` says.
package struct StateFolder: Sendable {
    /// Where the folder is.
    package let path: String
    private let files: any FileLayer

    /// Names a folder, there or not.
    package init(_ path: String, on files: any FileLayer = Disk()) {
        self.path = path
        self.files = files
    }

    /// Takes the folder for the process that builds the state; it is made where there is none.
    package func lock() throws(StoreError) -> FileLock {
        do {
            try files.createFolder("\(path)/generations")
            return try FileLock("\(path)/LOCK", on: files)
        } catch {
            guard case .locked(_, let holder) = error else { throw .files(error) }
            throw .locked(folder: path, holder: holder)
        }
    }

    /// The database of the live generation; nil where there is none yet.
    package func currentDatabase() throws(StoreError) -> String? {
        guard let text = try currentText() else { return nil }
        let name = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard Self.isGeneration(name), try generations().contains(name) else {
            throw .noCurrent(folder: path, found: name)
        }
        return database(of: name)
    }

    /// The database of the live generation, with the folder made for it where there is none.
    ///
    /// The caller holds the lock, makes the database whole, and then calls `install`.
    func databaseForWriting() throws(StoreError) -> (path: String, generation: String, isNew: Bool)
    {
        if let text = try currentText() {
            guard let path = try currentDatabase() else { throw .noState(folder: self.path) }
            return (path, text, false)
        }
        // A crash before `install` leaves the first generation without its pointer.
        let found = try generations()
        guard found.isEmpty || found == [Self.first] else {
            throw .noCurrent(folder: path, found: "")
        }
        do {
            try files.createFolder("\(path)/generations/\(Self.first)")
        } catch {
            throw .files(error)
        }
        return (database(of: Self.first), Self.first, true)
    }

    /// Makes a generation the live one: readers that open from here on read it.
    func install(_ generation: String) throws(StoreError) {
        do {
            try files.syncFolder("\(path)/generations/\(generation)")
            try files.replace("\(path)/CURRENT", with: Array("\(generation)\n".utf8))
        } catch {
            throw .files(error)
        }
    }

    private static let first = "000001"

    private static func isGeneration(_ name: String) -> Bool {
        name.utf8.count == first.utf8.count
            && name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private func database(of generation: String) -> String {
        "\(path)/generations/\(generation)/state.sqlite"
    }

    private func generations() throws(StoreError) -> [String] {
        do {
            return try files.list("\(path)/generations").filter(Self.isGeneration)
        } catch {
            guard error.isMissing else { throw .files(error) }
            return []
        }
    }

    private func currentText() throws(StoreError) -> String? {
        do {
            return String(decoding: try files.contents(of: "\(path)/CURRENT"), as: UTF8.self)
        } catch {
            guard error.isMissing else { throw .files(error) }
            return nil
        }
    }
}
