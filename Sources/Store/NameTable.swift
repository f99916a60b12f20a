internal import SQLite

/// The numbers of topics, types and names of entities, so that a row needs no text for them.
struct NameTable {
    private(set) var numbers: [String: Int64] = [:]
    private let connection: Connection

    /// Reads the table.
    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        try reload()
    }

    /// The number of a name, given to it now where it has none.
    mutating func intern(_ name: String) throws(SQLiteError) -> Int64 {
        if let number = numbers[name] { return number }
        let insert = try connection.prepare("INSERT INTO names(number, name) VALUES(?, ?)")
        let number = Int64(numbers.count + 1)
        try insert.bind(1, number)
        try insert.bind(2, name)
        try insert.run()
        numbers[name] = number
        return number
    }

    /// Reads the table again, after a transaction was rolled back that may have added to it.
    mutating func reload() throws(SQLiteError) {
        numbers = [:]
        let query = try connection.prepare("SELECT name, number FROM names")
        while try query.step() { numbers[query.text(0)] = query.integer(1) }
    }
}
