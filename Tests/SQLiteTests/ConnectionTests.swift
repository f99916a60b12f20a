import SQLite
import Testing

@Suite struct ConnectionTests {
    @Test func `statements run and give their rows`() throws {
        let connection = try Connection(path: ":memory:")
        try connection.execute("CREATE TABLE numbers(value INTEGER); INSERT INTO numbers VALUES(7)")
        let query = try connection.prepare("SELECT value FROM numbers")
        #expect(try query.step())
        #expect(query.integer(0) == 7)
        #expect(try query.step() == false)
        #expect(connection.changes == 1)
    }

    @Test func `a file that does not exist is an error that names it`() throws {
        let error = #expect(throws: SQLiteError.self) {
            _ = try Connection(path: "/nonexistent/state.sqlite", mode: .readOnly)
        }
        #expect(error?.name == "SQLITE_CANTOPEN")
        #expect(error?.description.contains("open /nonexistent/state.sqlite") == true)
    }

    @Test func `a wrong statement is an error with its text`() throws {
        let connection = try Connection(path: ":memory:")
        let error = #expect(throws: SQLiteError.self) { try connection.execute("SELEC 1") }
        #expect(error?.description.contains("SELEC 1") == true)
        #expect(error?.message.contains("syntax error") == true)
        #expect(throws: SQLiteError.self) { _ = try connection.prepare("SELECT * FROM nothing") }
    }
}
