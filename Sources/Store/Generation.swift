internal import Files

/// One built copy of the state, in a folder of its own.
///
///     generations/000002/state.sqlite   its database, with SQLite's own files
///     generations/000002/HELD           who reads or writes it holds a shared lock on this
///     generations/000002/UNFINISHED     there while it is built, or removed
package struct Generation: Hashable, Sendable {
    /// Its name: six digits, higher for newer ones.
    package let name: String
    let folder: String

    init(_ name: String, in folder: String) {
        self.name = name
        self.folder = "\(folder)/\(name)"
    }

    /// The database's file.
    package var database: String { "\(folder)/state.sqlite" }

    var holdPath: String { "\(folder)/HELD" }

    var markPath: String { "\(folder)/UNFINISHED" }

    /// The name of the generation made after this number of others.
    static func name(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, nameCount - digits.utf8.count)) + digits
    }

    static let nameCount = 6

    static func isName(_ text: String) -> Bool {
        text.utf8.count == nameCount
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Keeps the generation from being removed for as long as the file is open.
    func hold(on files: some FileLayer) throws(FileError) -> any File {
        // Who may only read the folder takes the lock as well as its owner.
        let file = try openHold(on: files)
        guard try file.tryLock(.shared) else { throw .locked(path: holdPath, holder: nil) }
        return file
    }

    private func openHold(on files: some FileLayer) throws(FileError) -> any File {
        do {
            return try files.open(holdPath, .read)
        } catch {
            guard error.isMissing else { throw error }
            return try files.open(holdPath, .create)
        }
    }
}
