package import Events
internal import SQLite

/// What a command asks of the process that writes the live state, and what that answered.
///
/// A row of the live database: the command adds it, the process that writes carries it out between
/// two batches and writes the answer beside it. One that has expired is never begun.
package struct StateRequest: Equatable, Sendable {
    /// What became of a request.
    package enum Answer: Equatable, Sendable {
        /// It was done; what there is to say of it.
        case done(String)
        /// It was not done, and why.
        case refused(String)
    }

    /// How far a request is; the raw value is stored.
    enum Stage: Int, Sendable {
        case waiting = 0
        case begun = 1
        case done = 2
        case refused = 3
    }

    /// Its number in this database.
    package let number: Int64
    /// What is asked for.
    package let kind: String
    /// With what; the kind says how to read it.
    package let argument: String
    /// When nobody waits for it any more, in seconds since 1970.
    package let expires: Int64
}

extension StateStore {
    /// How many answered requests are kept, for those who ask late.
    private static let keptAnswers: Int64 = 100

    /// The oldest request that waits; nil where there is none.
    package func nextRequest() throws(StoreError) -> StateRequest? {
        do {
            let query = statements.findRequest
            defer { query.reset() }
            guard try query.step() else { return nil }
            return StateRequest(
                number: query.integer(0), kind: query.text(1), argument: query.text(2),
                expires: query.integer(3))
        } catch {
            throw .database(error)
        }
    }

    /// Begins a request: it cannot be withdrawn any more; false where it just was.
    package func begin(_ request: StateRequest) throws(StoreError) -> Bool {
        try set(request.number, .begun, nil, where: .waiting) > 0
    }

    /// Answers a request, in the open transaction or in one of its own.
    package func answer(
        _ request: StateRequest, _ answer: StateRequest.Answer
    ) throws(StoreError) {
        switch answer {
        case .done(let text): try set(request.number, .done, text)
        case .refused(let text): try set(request.number, .refused, text)
        }
        do {
            let delete = try connection.prepare(
                "DELETE FROM requests WHERE answer IS NOT NULL AND number <= ?")
            try delete.bind(1, request.number - Self.keptAnswers)
            try delete.run()
        } catch {
            throw .database(error)
        }
    }

    /// Refuses what a process had begun that ended before its answer.
    package func refuseBrokenRequests() throws(StoreError) {
        try set(
            nil, .refused, "the process that carried it out ended before it was done",
            where: .begun)
    }

    @discardableResult
    private func set(
        _ number: Int64?, _ stage: StateRequest.Stage, _ answer: String?,
        where old: StateRequest.Stage? = nil
    ) throws(StoreError) -> Int {
        do {
            let update = try connection.prepare(
                """
                UPDATE requests SET stage = ?1, answer = ?2
                WHERE (?3 IS NULL OR number = ?3) AND (?4 IS NULL OR stage = ?4)
                """)
            try update.bind(1, stage.rawValue)
            if let answer { try update.bind(2, answer) }
            if let number { try update.bind(3, number) }
            if let old { try update.bind(4, old.rawValue) }
            try update.run()
            return connection.changes
        } catch {
            throw .database(error)
        }
    }
}

/// A command's side: asks the process that writes the live state, and looks for the answer.
package final class StateRequests {
    let folder: StateFolder
    private let connection: Connection

    /// Opens the live database beside its writer.
    package init(_ folder: StateFolder) throws(StoreError) {
        self.folder = folder
        guard let path = try folder.currentDatabase() else {
            throw .noState(folder: folder.path)
        }
        do {
            connection = try Connection(path: path, mode: .write)
        } catch {
            throw .database(error)
        }
        try Schema.checkFormat(connection)
    }

    /// Asks, and gives the request's number.
    package func ask(
        _ kind: String, _ argument: String, expires: Timestamp
    ) throws(StoreError) -> Int64 {
        do throws(SQLiteError) {
            let insert = try connection.prepare(
                """
                INSERT INTO requests(kind, argument, expires, stage) VALUES(?, ?, ?, 0)
                RETURNING number
                """)
            try insert.bind(1, kind)
            try insert.bind(2, argument)
            try insert.bind(3, expires.seconds)
            defer { insert.reset() }
            guard try insert.step() else {
                throw .damage("the row is missing", "ask for \(kind) on \(connection.path)")
            }
            let number = insert.integer(0)
            // The row is there for others once the statement has ended.
            _ = try insert.step()
            return number
        } catch {
            throw .database(error)
        }
    }

    /// The answer to a request; nil while there is none.
    package func answer(to number: Int64) throws(StoreError) -> StateRequest.Answer? {
        do {
            let query = try connection.prepare(
                "SELECT stage, answer FROM requests WHERE number = ?")
            try query.bind(1, number)
            defer { query.reset() }
            guard try query.step(), !query.isNull(1) else { return nil }
            let isDone = Int(query.integer(0)) == StateRequest.Stage.done.rawValue
            return isDone ? .done(query.text(1)) : .refused(query.text(1))
        } catch {
            throw .database(error)
        }
    }

    /// Takes a request back; false where it has been begun or answered.
    package func withdraw(_ number: Int64) throws(StoreError) -> Bool {
        do {
            let delete = try connection.prepare(
                "DELETE FROM requests WHERE number = ? AND stage = ?")
            try delete.bind(1, number)
            try delete.bind(2, StateRequest.Stage.waiting.rawValue)
            try delete.run()
            return connection.changes > 0
        } catch {
            throw .database(error)
        }
    }
}
