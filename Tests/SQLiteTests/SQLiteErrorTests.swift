import SQLite
import Testing

@Suite struct SQLiteErrorTests {
    @Test func `an extended code has the name of its primary one`() {
        let error = SQLiteError(code: 5 | 2 << 8, message: "busy", action: "commit")
        #expect(error.name == "SQLITE_BUSY")
        #expect(error.description == "SQLite could not commit: busy (SQLITE_BUSY, code 517)")
    }

    @Test func `a full disk and a damaged file are told apart`() {
        #expect(SQLiteError(code: 13, message: "", action: "").isDiskFull)
        #expect(SQLiteError(code: 26, message: "", action: "").isDamage)
        #expect(SQLiteError(code: 11 | 2 << 8, message: "", action: "").isDamage)
        #expect(SQLiteError(code: 13, message: "", action: "").isDamage == false)
        #expect(SQLiteError.damage("cut", "read a row").isDamage)
    }
}
