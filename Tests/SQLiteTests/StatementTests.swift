import SQLite
import Testing

@Suite struct StatementTests {
    let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:")
        try connection.execute("CREATE TABLE things(a, b, c, d)")
    }

    @Test func `every kind of value comes back as it was bound`() throws {
        let insert = try connection.prepare("INSERT INTO things VALUES(?, ?, ?, ?)")
        try insert.bind(1, -5)
        try insert.bind(2, "blå\u{0}bær")
        try insert.bind(3, blob: [0, 255, 1])
        try insert.bindNull(4)
        try insert.run()
        let query = try connection.prepare("SELECT a, b, c, d, typeof(b), typeof(c) FROM things")
        #expect(try query.step())
        #expect(query.integer(0) == -5)
        #expect(query.text(1) == "blå\u{0}bær")
        #expect(query.bytes(2) == [0, 255, 1])
        #expect(query.withBytes(2) { $0.count } == 3)
        #expect(query.isNull(3))
        #expect(query.isNull(2) == false)
        #expect(query.text(4) == "text")
        #expect(query.text(5) == "blob")
    }

    @Test func `a blob that is lent is stored`() throws {
        let insert = try connection.prepare("INSERT INTO things(a, b) VALUES(?, ?)")
        for bytes: [UInt8] in [[1, 2, 3], [], [4]] {
            try insert.bind(1, bytes.count)
            try insert.run(blob: bytes.span, at: 2)
        }
        try insert.run()
        let query = try connection.prepare("SELECT b, typeof(b) FROM things")
        for (bytes, type): ([UInt8], String) in [
            ([1, 2, 3], "blob"), ([], "blob"), ([4], "blob"), ([], "null"),
        ] {
            #expect(try query.step())
            #expect(query.bytes(0) == bytes)
            #expect(query.text(1) == type)
        }
    }

    @Test func `nothing is not NULL`() throws {
        let insert = try connection.prepare("INSERT INTO things VALUES(?, ?, 0, 0)")
        try insert.bind(1, "")
        try insert.bind(2, blob: [])
        try insert.run()
        let query = try connection.prepare("SELECT a, b FROM things")
        #expect(try query.step())
        #expect(query.isNull(0) == false)
        #expect(query.isNull(1) == false)
        #expect(query.text(0).isEmpty)
        #expect(query.bytes(1).isEmpty)
    }

    @Test func `unsigned integers keep their bits`() throws {
        let query = try connection.prepare("SELECT ?")
        try query.bind(1, bits: UInt64.max - 3)
        #expect(try query.step())
        #expect(query.bits(0) == UInt64.max - 3)
    }

    @Test func `a statement is used again after an error`() throws {
        try connection.execute("CREATE UNIQUE INDEX once ON things(a)")
        let insert = try connection.prepare("INSERT INTO things(a) VALUES(?)")
        for value in [1, 2] {
            try insert.bind(1, value)
            try insert.run()
        }
        try insert.bind(1, 2)
        #expect(throws: SQLiteError.self) { try insert.run() }
        try insert.bind(1, 3)
        try insert.run()
        let query = try connection.prepare("SELECT count(*) FROM things")
        #expect(try query.step())
        #expect(query.integer(0) == 3)
    }

    @Test func `a parameter that does not exist is an error`() throws {
        let query = try connection.prepare("SELECT ?")
        let error = #expect(throws: SQLiteError.self) { try query.bind(2, 1) }
        #expect(error?.name == "SQLITE_RANGE")
    }
}
