internal import Events
internal import JSON
internal import Projection
internal import Store

/// Answers about one entity, read from a state that stays as it is meanwhile.
struct EntityAnswers {
    /// Rows of a history that one page looks at, at most.
    static let rowsPerPage = 20_000

    let reader: StateReader

    /// What the entity is.
    func present(_ name: EntityName, explain: Bool) throws(QueryFailure) -> JSONWriter {
        let state = try stored { () throws(StoreError) in try reader.state(name.entity, name.id) }
        guard let state else { throw .refused(.unknown(name)) }
        var explanation: Explanation?
        if explain {
            let events = try stored { () throws(StoreError) in
                try reader.setters(of: state, name.entity, name.id)
            }
            explanation = Explanation(state, events: events)
        }
        var writer = JSONWriter()
        EntityDocument(name, state, explanation: explanation).write(to: &writer)
        return writer
    }

    /// A page of the entity's history.
    func history(
        of name: EntityName, _ question: HistoryQuestion
    ) throws(QueryFailure) -> JSONWriter {
        let start = try start(name, question)
        let page = try stored { () throws(StoreError) in
            try HistoryPage(reader, name, question, after: start)
        }
        guard let page else { throw .refused(.unknown(name)) }
        var writer = JSONWriter()
        writer.object { object in
            object.field("entity", name.entity)
            object.field("id", name.id)
            if let at = question.at { object.field("at", at.instant.rfc3339) }
            object.array("events") { list in
                for event in page.events { EventDocument.write(event, to: &list) }
            }
            object.field("next", page.isLast ? nil : cursor(name, question, after: page.end))
        }
        return writer
    }

    private func identity(_ name: EntityName, _ question: HistoryQuestion) -> String {
        "\(name.entity)\n\(name.id)\n\(question.at.map { "\($0.instant)" } ?? "")"
    }

    /// Rows are numbered anew in each generation, so the cursor holds which one it is of.
    private func cursor(
        _ name: EntityName, _ question: HistoryQuestion, after row: Int64
    ) -> String {
        let end = Array("\(row)/\(reader.generation)".utf8)
        return PageCursor(of: identity(name, question), after: end).text
    }

    /// The row after which the page begins.
    private func start(
        _ name: EntityName, _ question: HistoryQuestion
    ) throws(QueryFailure) -> Int64 {
        guard let text = question.cursor else { return 0 }
        guard let cursor = PageCursor(text, of: identity(name, question)) else {
            throw .refused(.badCursor)
        }
        let parts = String(decoding: cursor.end, as: UTF8.self)
            .split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let row = Int64(parts[0]) else { throw .refused(.badCursor) }
        guard parts[1] == reader.generation else { throw .refused(.goneCursor) }
        return row
    }
}

/// Some events of an entity in the order of their arrival.
private struct HistoryPage {
    var events: [HistoryEntry] = []
    /// The row looked at last.
    var end: Int64
    var isLast = false

    /// Reads a page; nil where there is no such entity.
    init?(
        _ reader: StateReader, _ name: EntityName, _ question: HistoryQuestion, after start: Int64
    ) throws(StoreError) {
        let rows = try reader.historyRows(name.entity, name.id, after: start)
        if start == 0, rows.isAtEnd { return nil }
        end = start
        var looked = 0
        while events.count < question.limit, looked < EntityAnswers.rowsPerPage,
            let row = try rows.next()
        {
            end = row.number
            looked += 1
            if let at = question.at, row.version.occurredAt > at.instant { continue }
            events.append(row)
        }
        isLast = rows.isAtEnd
    }
}

/// Runs a question to the store.
func stored<R>(_ body: () throws(StoreError) -> R) throws(QueryFailure) -> R {
    do {
        return try body()
    } catch {
        throw .store(error)
    }
}
