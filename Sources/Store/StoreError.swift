package import Files
package import SQLite

/// Why the state could not be opened, read or written.
package enum StoreError: Error, Equatable, Sendable {
    /// The file system refused.
    case files(FileError)
    /// SQLite refused.
    case database(SQLiteError)
    /// Another process builds the state in this folder.
    case locked(folder: String, holder: Int32?)
    /// Another process builds a generation in this folder.
    case replayRuns(folder: String, holder: Int32?)
    /// There is no finished generation of this name.
    case unknownGeneration(folder: String, name: String, known: [String])
    /// The generation holds a part of the state, and is no successor of the live one.
    case partOfState(path: String, scope: String)
    /// The generation is the live one already.
    case isLive(generation: String)
    /// There is no state in this folder.
    case noState(folder: String)
    /// `CURRENT` is missing or names no generation.
    case noCurrent(folder: String, found: String)
    /// The state holds events of a type for which the catalogue has other merge rules now.
    case rulesChanged(path: String, type: String)
    /// The state holds events of a type that the catalogue does not have any more.
    case typeGone(path: String, type: String)
    /// The database was made by a newer or older program.
    case format(path: String, found: Int, known: Int)
}

extension StoreError: CustomStringConvertible {
    /// One sentence for the log: what happened, to what, what to do.
    package var description: String {
        switch self {
        case .files(let error): "\(error)"
        case .database(let error) where error.isDiskFull:
            "\(error): make room on the disk; nothing is lost, consume reads on from its offsets"
        case .database(let error) where error.isDamage:
            "\(error): run `hookline replay` to build the state again, or use a new state folder"
        case .database(let error): "\(error)"
        case .locked(let folder, let holder):
            """
            the state folder \(folder) is in use by \
            \(holder.map { "process \($0)" } ?? "another process"): \
            stop that one first, or use another folder
            """
        case .replayRuns(let folder, let holder):
            """
            \(holder.map { "process \($0)" } ?? "another process") replays in the state folder \
            \(folder): wait for its end, or stop it
            """
        case .unknownGeneration(let folder, let name, let known):
            """
            \(folder) has no finished generation \(name): it has \
            \(known.isEmpty ? "none" : known.joined(separator: ", "))
            """
        case .partOfState(let path, let scope):
            "\(path) is a part of the state, \(scope): replay everything to make it the live one"
        case .isLive(let generation): "generation \(generation) is the live one already"
        case .noState(let folder):
            "there is no state in \(folder): check state.folder, or run `hookline consume`"
        case .noCurrent(let folder, let found):
            """
            \(folder)/CURRENT names no generation (it says "\(found)"): \
            write the name of a folder in \(folder)/generations into it
            """
        case .rulesChanged(let path, let type):
            """
            \(path) holds events of \(type), applied by other rules than the catalogue has for it \
            now (entity, key, snapshot, mode or rank): run `hookline replay --swap` to build the \
            state by the new ones, put the old ones back, or use a new state folder
            """
        case .typeGone(let path, let type):
            """
            \(path) holds events of \(type), which the catalogue does not have any more: put the \
            type back, run `hookline replay --swap --accept-loss` to build the state without it, or use a new \
            state folder
            """
        case .format(let path, let found, let known):
            """
            \(path) has format \(found), this program knows \(known): run `hookline replay` \
            to build the state again, or use a new state folder
            """
        }
    }
}
