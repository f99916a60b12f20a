import CSQLite

/// One connection to one database file, for one thread at a time.
///
/// Opened with `SQLITE_OPEN_NOMUTEX`: SQLite then locks nothing for us, and the compiler keeps the
/// connection, which is not Sendable, from being shared.
@safe package final class Connection {
    /// What a connection may do to its file.
    package enum Mode: Sendable {
        /// Reads and writes; the file is made where there is none.
        case create
        /// Reads and writes a file that exists.
        case write
        /// Reads a file that exists.
        case readOnly
    }

    /// How long a statement waits for another connection's lock before it fails.
    package static let busyTimeoutMilliseconds: Int32 = 5000

    /// The file, or `:memory:`.
    package let path: String
    private let handle: OpaquePointer

    /// Opens the database.
    package init(path: String, mode: Mode = .create) throws(SQLiteError) {
        let flags =
            switch mode {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(
            path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) }
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(
                code: code, message: message ?? "out of memory", action: "open \(path)")
        }
        unsafe handle = opened
        self.path = path
        unsafe sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
    }

    deinit {
        // A statement keeps its connection alive, so none is open any more.
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs one or more statements that give no rows we want.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, "run \(sql)") }
    }

    /// Prepares a statement that will be used many times.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else {
            throw error(code, "prepare \(sql)")
        }
        return unsafe Statement(prepared, sql: sql, of: self)
    }

    /// Begins a transaction that writes; it is rolled back unless it is committed.
    package func begin() throws(SQLiteError) -> Transaction {
        try Transaction(on: self)
    }

    /// How many rows the last insert, update or delete changed.
    package var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// The error that this connection's last call left behind.
    func error(_ code: Int32, _ action: String) -> SQLiteError {
        SQLiteError(
            code: code, message: unsafe String(cString: sqlite3_errmsg(handle)),
            action: "\(action) on \(path)")
    }
}
