internal import Events
internal import SQLite

/// The numbers of an entry's type and entity; the entry stays, and with it its identity.
struct EntryNumbers {
    private let entry: CatalogueEntry
    let type: Int64
    let entity: Int64

    init(entry: CatalogueEntry, type: Int64, entity: Int64) {
        self.entry = entry
        self.type = type
        self.entity = entity
    }
}

/// The numbers of topics, types and names of entities, so that a row needs no text for them.
struct NameTable {
    private(set) var numbers: [String: Int64] = [:]
    /// The numbers of an entry's type and entity, found without their text.
    private var ofEntries: [ObjectIdentifier: EntryNumbers] = [:]
    private var latestTopic: (name: String, number: Int64)?
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

    /// The numbers of an entry's type and entity; the first event of a type brings its merge rules.
    mutating func intern(_ entry: CatalogueEntry) throws(SQLiteError) -> EntryNumbers {
        if let known = ofEntries[ObjectIdentifier(entry)] { return known }
        let new = EntryNumbers(
            entry: entry, type: try intern(entry.type), entity: try intern(entry.entity))
        let insert = try connection.prepare("INSERT OR IGNORE INTO rules VALUES(?, ?)")
        try insert.bind(1, new.type)
        try insert.bind(2, blob: entry.mergeRulesDigest.bytes)
        try insert.run()
        ofEntries[ObjectIdentifier(entry)] = new
        return new
    }

    /// The number of a topic; records come in runs of the same one.
    mutating func intern(topic: String) throws(SQLiteError) -> Int64 {
        if let latestTopic, latestTopic.name == topic { return latestTopic.number }
        let number = try intern(topic)
        latestTopic = (topic, number)
        return number
    }

    /// Reads the table again, after a transaction was rolled back that may have added to it.
    mutating func reload() throws(SQLiteError) {
        numbers = [:]
        ofEntries = [:]
        latestTopic = nil
        let query = try connection.prepare("SELECT name, number FROM names")
        while try query.step() { numbers[query.text(0)] = query.integer(1) }
    }
}
