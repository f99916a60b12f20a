import SQLite
@testable import Store
import Testing

@Suite struct NameTableTests {
    @Test func `a name keeps its number, and a rolled back one is forgotten`() throws {
        let connection = try Connection(path: ":memory:")
        try connection.execute("CREATE TABLE names(number INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        var table = try NameTable(connection)
        #expect(try table.intern("a") == 1)
        #expect(try table.intern("b") == 2)
        #expect(try table.intern("a") == 1)
        do {
            let transaction = try connection.begin()
            #expect(try table.intern("c") == 3)
            _ = consume transaction
        }
        try table.reload()
        #expect(try table.intern("d") == 3)
        #expect(try NameTable(connection).numbers == ["a": 1, "b": 2, "d": 3])
    }
}
