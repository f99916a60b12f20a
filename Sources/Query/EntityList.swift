internal import Events
internal import JSON
internal import Projection
internal import Store
internal import Threads

/// Pages of the entities of one name.
///
/// Without conditions in the order of their ids; with them in the order of the last change or of the
/// rows, as the store's lists can look it up.
struct EntityList {
    /// What one page does at most: it ends there, full or not, and the next one goes on.
    struct Bounds {
        /// Entities looked at.
        var rows = 5_000
        /// Entries of the lists looked at that are none.
        var entries = 100_000
        /// Bytes of the answer.
        var bytes = 4 << 20
        /// Nanoseconds.
        var time: UInt64 = 50_000_000
    }

    let reader: StateReader
    let check: FilterCheck
    var bounds = Bounds()

    /// A page of the list.
    ///
    /// An entity that is there all the while is in exactly one page, whatever is written meanwhile:
    /// ids and rows keep their order, and the cursor is where the page ended. In the order of the
    /// last change an entity that changes comes again, later.
    func page(_ question: ListQuestion) throws(QueryFailure) -> JSONWriter {
        let start = try start(question)
        let rows = try stored { () throws(StoreError) in
            try reader.list(question.selection, after: start)
        }
        guard let rows else { throw .refused(.goneCursor) }
        var writer = JSONWriter()
        try writer.object { (object) throws(QueryFailure) in
            object.field("entity", question.entity)
            var isAtEnd = false
            try object.array("entities") { (list) throws(QueryFailure) in
                isAtEnd = try fill(&list, question, rows)
            }
            object.field(
                "next", isAtEnd ? nil : rows.position.map { cursor(question, after: $0) })
        }
        return writer
    }

    /// Writes what matches; whether that was all there is.
    private func fill(
        _ list: inout JSONWriter, _ question: ListQuestion, _ rows: ListRows
    ) throws(QueryFailure) -> Bool {
        let deadline = MonotonicClock.now() + bounds.time
        var (count, looked, passed) = (0, 0, 0)
        let begin = list.bytes.count
        func isFull(_ list: borrowing JSONWriter) -> Bool {
            // Whatever its bounds, a page comes on by one.
            guard looked + passed > 0 else { return false }
            return count == question.limit || looked >= bounds.rows || passed >= bounds.entries
                || list.bytes.count - begin >= bounds.bytes || MonotonicClock.now() >= deadline
        }
        while !isFull(list) {
            switch try stored({ () throws(StoreError) in try rows.next() }) {
            case .end: return true
            case .passed: passed += 1
            case .entity(let row):
                looked += 1
                guard isMeant(row.state, question) else { continue }
                count += 1
                EntityDocument(EntityName(question.entity, row.id), row.state).write(to: &list)
            }
        }
        return false
    }

    private func isMeant(_ state: EntityState, _ question: ListQuestion) -> Bool {
        if let since = question.updatedSince {
            guard let newest = state.newest, newest.occurredAt >= since.instant else {
                return false
            }
        }
        return check.meets(question.filters, state)
    }

    /// Rows are numbered anew in each generation, so a cursor of theirs holds which one it is of.
    private func cursor(_ question: ListQuestion, after position: ListPosition) -> String {
        let end =
            switch position {
            case .id(let id): "i\(id)"
            case .row(let row): "r\(row)/\(reader.generation)"
            case .change(let second, let row): "c\(second)/\(row)/\(reader.generation)"
            }
        return PageCursor(of: question.identity, after: Array(end.utf8)).text
    }

    private func start(_ question: ListQuestion) throws(QueryFailure) -> ListPosition? {
        guard let text = question.cursor else { return nil }
        guard let cursor = PageCursor(text, of: question.identity),
            let end = String(validating: cursor.end, as: UTF8.self)
        else { throw .refused(.badCursor) }
        let parts = end.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let position: ListPosition
        switch (end.first, parts.count) {
        case ("i", _): return .id(String(end.dropFirst()))
        case ("r", 2):
            guard let row = Int64(parts[0]) else { throw .refused(.badCursor) }
            position = .row(row)
        case ("c", 3):
            guard let second = Int64(parts[0]), let row = Int64(parts[1]) else {
                throw .refused(.badCursor)
            }
            position = .change(second: second, row: row)
        default: throw .refused(.badCursor)
        }
        guard parts.last.map(String.init) == reader.generation else {
            throw .refused(.goneCursor)
        }
        return position
    }
}

extension ListQuestion {
    /// The same for the store.
    fileprivate var selection: ListSelection {
        ListSelection(
            entity, fields: filters.map { ($0.path.description, Array($0.text.utf8)) },
            since: updatedSince?.instant)
    }
}
