import CSQLite

/// A prepared statement: bind, step, read the columns, reset.
///
/// Parameters count from 1, columns from 0, as in SQLite.
@safe package final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer
    private let sql: String

    init(_ handle: OpaquePointer, sql: String, of connection: Connection) {
        unsafe self.handle = unsafe handle
        self.sql = sql
        self.connection = connection
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Steps to the next row; false when there is none.
    package func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = connection.error(code, "run \(sql)")
            reset()
            throw error
        }
    }

    /// Runs a statement that gives no rows, and makes it ready for the next use.
    package func run() throws(SQLiteError) {
        while try step() {}
        reset()
    }

    /// Runs a statement that gives no rows, with one more blob that is lent, not copied.
    package func run(blob: Span<UInt8>, at index: Int32) throws(SQLiteError) {
        try unsafe blob.withUnsafeBufferPointer { (bytes) throws(SQLiteError) in
            try check(
                unsafe csqlite_lend_blob(handle, index, bytes.baseAddress, UInt64(bytes.count)))
            // Whatever comes of it, nothing points to the bytes once they are given back.
            defer { _ = unsafe sqlite3_bind_null(handle, index) }
            try run()
        }
    }

    /// Makes the statement ready for the next use and gives up its hold on the database.
    package func reset() {
        // Gives the code of the last step again, which was checked there.
        _ = unsafe sqlite3_reset(handle)
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw connection.error(code, "bind to \(sql)") }
    }
}

extension Statement {
    /// Binds an integer.
    package func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, index, value))
    }

    /// Binds an integer.
    package func bind(_ index: Int32, _ value: Int) throws(SQLiteError) {
        try bind(index, Int64(value))
    }

    /// Binds the bit pattern of an unsigned integer.
    package func bind(_ index: Int32, bits value: UInt64) throws(SQLiteError) {
        try bind(index, Int64(bitPattern: value))
    }

    /// Binds NULL.
    package func bindNull(_ index: Int32) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(handle, index))
    }

    /// Binds bytes as a blob; they are copied.
    package func bind(_ index: Int32, blob: Span<UInt8>) throws(SQLiteError) {
        try check(
            unsafe blob.withUnsafeBufferPointer {
                unsafe csqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
            })
    }

    /// Binds bytes as a blob; they are copied.
    package func bind(_ index: Int32, blob: [UInt8]) throws(SQLiteError) {
        try bind(index, blob: blob.span)
    }

    /// Binds UTF-8 as text; it is copied.
    package func bind(_ index: Int32, text: Span<UInt8>) throws(SQLiteError) {
        try check(
            unsafe text.withUnsafeBufferPointer {
                unsafe csqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
            })
    }

    /// Binds text.
    package func bind(_ index: Int32, _ text: String) throws(SQLiteError) {
        try bind(index, text: text.utf8Span.span)
    }
}

extension Statement {
    /// Whether a column of the row is NULL.
    package func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// An integer column of the row; 0 for NULL.
    package func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    /// An integer column of the row as the unsigned integer with the same bits.
    package func bits(_ column: Int32) -> UInt64 {
        UInt64(bitPattern: integer(column))
    }

    /// A text or blob column of the row, for the length of a closure; nothing for NULL.
    package func withBytes<R, E: Error>(
        _ column: Int32, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        // In this order: asking for the bytes first could convert them, and move them.
        let start = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return try unsafe bytes.withMemoryRebound(to: UInt8.self) {
            (buffer) throws(E) -> R in
            try body(unsafe buffer.span)
        }
    }

    /// A text or blob column of the row, copied; empty for NULL.
    package func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { span in
            unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
        }
    }

    /// A text column of the row; empty for NULL.
    package func text(_ column: Int32) -> String {
        withBytes(column) { span in
            unsafe span.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }
}
