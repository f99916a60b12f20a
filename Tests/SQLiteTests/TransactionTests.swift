import SQLite
import Testing

@Suite struct TransactionTests {
    let connection: Connection
    let count: Statement

    init() throws {
        connection = try Connection(path: ":memory:")
        try connection.execute("CREATE TABLE numbers(value INTEGER UNIQUE)")
        count = try connection.prepare("SELECT count(*) FROM numbers")
    }

    func rows() throws -> Int64 {
        defer { count.reset() }
        _ = try count.step()
        return count.integer(0)
    }

    @Test func `what is committed stays`() throws {
        var transaction = try connection.begin()
        try connection.execute("INSERT INTO numbers VALUES(1)")
        #expect(connection.isInTransaction)
        try transaction.commit()
        #expect(connection.isInTransaction == false)
        #expect(try rows() == 1)
    }

    @Test func `what is not committed is gone`() throws {
        do {
            let transaction = try connection.begin()
            try connection.execute("INSERT INTO numbers VALUES(1)")
            _ = consume transaction
        }
        #expect(try rows() == 0)
        #expect(connection.isInTransaction == false)
    }

    @Test func `an error within leaves nothing behind`() throws {
        func insertTwice() throws(SQLiteError) {
            var transaction = try connection.begin()
            try connection.execute("INSERT INTO numbers VALUES(1)")
            try connection.execute("INSERT INTO numbers VALUES(1)")
            try transaction.commit()
        }
        let error = #expect(throws: SQLiteError.self) { try insertTwice() }
        #expect(error?.name == "SQLITE_CONSTRAINT")
        #expect(try rows() == 0)
    }
}
