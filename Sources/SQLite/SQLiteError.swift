import CSQLite

/// What SQLite refused, with its code and text, and what was being done.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The extended result code.
    package let code: Int32
    /// The words of `sqlite3_errmsg`.
    package let message: String
    /// What was being done, and to which file.
    package let action: String

    /// Makes an error of a result code.
    package init(code: Int32, message: String, action: String) {
        self.code = code
        self.message = message
        self.action = action
    }

    /// What a caller found in a row that it cannot have written.
    package static func damage(_ message: String, _ action: String) -> SQLiteError {
        SQLiteError(code: SQLITE_CORRUPT, message: message, action: action)
    }

    /// The name of the primary result code, such as `SQLITE_BUSY`.
    package var name: String {
        Self.names[code & 0xff] ?? "SQLITE_ERROR"
    }

    /// Whether there is no room left on the disk.
    package var isDiskFull: Bool { code & 0xff == SQLITE_FULL }

    /// Whether the file is not a database, or a damaged one.
    package var isDamage: Bool {
        code & 0xff == SQLITE_CORRUPT || code & 0xff == SQLITE_NOTADB
    }

    /// What kind of trouble an error is.
    package enum Kind: Hashable, Sendable {
        /// The disk is full, or a file cannot be read or written.
        case disk
        /// Another connection holds the lock.
        case busy
        /// Out of memory.
        case memory
        /// Anything else: damage above all.
        case other
    }

    /// What kind of trouble it is.
    package var kind: Kind {
        switch code & 0xff {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: .disk
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_NOMEM: .memory
        default: .other
        }
    }

    /// What could not be done, and why.
    package var description: String {
        "SQLite could not \(action): \(message) (\(name), code \(code))"
    }

    private static let names: [Int32: String] = [
        SQLITE_ERROR: "SQLITE_ERROR", SQLITE_INTERNAL: "SQLITE_INTERNAL",
        SQLITE_PERM: "SQLITE_PERM", SQLITE_ABORT: "SQLITE_ABORT", SQLITE_BUSY: "SQLITE_BUSY",
        SQLITE_LOCKED: "SQLITE_LOCKED", SQLITE_NOMEM: "SQLITE_NOMEM",
        SQLITE_READONLY: "SQLITE_READONLY", SQLITE_INTERRUPT: "SQLITE_INTERRUPT",
        SQLITE_IOERR: "SQLITE_IOERR", SQLITE_CORRUPT: "SQLITE_CORRUPT",
        SQLITE_NOTFOUND: "SQLITE_NOTFOUND", SQLITE_FULL: "SQLITE_FULL",
        SQLITE_CANTOPEN: "SQLITE_CANTOPEN", SQLITE_PROTOCOL: "SQLITE_PROTOCOL",
        SQLITE_SCHEMA: "SQLITE_SCHEMA", SQLITE_TOOBIG: "SQLITE_TOOBIG",
        SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT", SQLITE_MISMATCH: "SQLITE_MISMATCH",
        SQLITE_MISUSE: "SQLITE_MISUSE", SQLITE_NOLFS: "SQLITE_NOLFS", SQLITE_AUTH: "SQLITE_AUTH",
        SQLITE_RANGE: "SQLITE_RANGE", SQLITE_NOTADB: "SQLITE_NOTADB",
    ]
}
