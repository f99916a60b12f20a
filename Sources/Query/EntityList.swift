internal import Events
internal import JSON
internal import Projection
internal import Store
internal import Threads

/// Pages of the entities of one name, in the order of their ids.
struct EntityList {
    /// What one page does at most: it ends there, full or not, and the next one goes on.
    struct Bounds {
        /// Entities looked at.
        var rows = 5_000
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
    /// An entity that is there all the while is in exactly one page, whatever is written meanwhile,
    /// since the order does not change and the cursor is the id that was looked at last.
    func page(_ question: ListQuestion) throws(QueryFailure) -> JSONWriter {
        var last = try start(question)
        let rows = try stored { () throws(StoreError) in
            try reader.rows(of: question.entity, after: last)
        }
        var writer = JSONWriter()
        try writer.object { (object) throws(QueryFailure) in
            object.field("entity", question.entity)
            var isAtEnd = false
            try object.array("entities") { (list) throws(QueryFailure) in
                isAtEnd = try fill(&list, question, rows, &last)
            }
            object.field("next", isAtEnd ? nil : cursor(question, after: last))
        }
        return writer
    }

    /// Writes what matches; whether that was all there is.
    private func fill(
        _ list: inout JSONWriter, _ question: ListQuestion, _ rows: EntityRows,
        _ last: inout String?
    ) throws(QueryFailure) -> Bool {
        let deadline = MonotonicClock.now() + bounds.time
        var count = 0
        var looked = 0
        let begin = list.bytes.count
        func isFull(_ list: borrowing JSONWriter) -> Bool {
            // Whatever its bounds, a page comes on by one.
            guard looked > 0 else { return false }
            return count == question.limit || looked >= bounds.rows
                || list.bytes.count - begin >= bounds.bytes || MonotonicClock.now() >= deadline
        }
        while !isFull(list) {
            let row = try stored { () throws(StoreError) in try rows.next() }
            guard let row else { return true }
            last = row.id
            looked += 1
            guard isMeant(row.state, question) else { continue }
            count += 1
            EntityDocument(EntityName(question.entity, row.id), row.state).write(to: &list)
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

    private func cursor(_ question: ListQuestion, after last: String?) -> String {
        PageCursor(of: question.identity, after: Array((last ?? "").utf8)).text
    }

    private func start(_ question: ListQuestion) throws(QueryFailure) -> String? {
        guard let text = question.cursor else { return nil }
        guard let cursor = PageCursor(text, of: question.identity),
            let id = String(validating: cursor.end, as: UTF8.self)
        else { throw .refused(.badCursor) }
        return id
    }
}
