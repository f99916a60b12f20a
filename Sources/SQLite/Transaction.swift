/// A transaction that writes: rolled back at the end of its life unless it was committed.
package struct Transaction: ~Copyable {
    private let connection: Connection
    private var isOpen = true

    /// Takes the write lock at once, so that no statement within can fail for want of it.
    init(on connection: Connection) throws(SQLiteError) {
        try connection.execute("BEGIN IMMEDIATE")
        self.connection = connection
    }

    deinit {
        // SQLite may have rolled back by itself (a full disk): then there is nothing to do. A
        // rollback that fails leaves a transaction that the next `begin` reports.
        guard isOpen, connection.isInTransaction else { return }
        try? connection.execute("ROLLBACK")
    }

    /// Makes everything since `begin` permanent.
    package mutating func commit() throws(SQLiteError) {
        precondition(isOpen, "a transaction is committed once")
        try connection.execute("COMMIT")
        isOpen = false
    }
}
