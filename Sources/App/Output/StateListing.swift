import Events
import JSON
import Projection
import Store

/// What `state list` prints.
struct StateListing {
    private let reader: StateReader
    private let console: Console

    init(_ reader: StateReader, _ console: Console) {
        self.reader = reader
        self.console = console
    }

    /// How many entities of each name there are.
    func counts(asJSON: Bool) throws(CommandFailure) -> ExitCode {
        var table = TextTable("ENTITY", "COUNT")
        for name in try StateCommands.stored({ () throws(StoreError) in try reader.entities() }) {
            var count = 0
            try each(of: name, after: nil) { (_) throws(CommandFailure) in
                count += 1
                return true
            }
            if asJSON {
                try console.write(
                    line { line in
                        line.field("entity", name)
                        line.field("count", count)
                    })
            }
            table.add(name, String(count))
        }
        if !asJSON { try console.write(table.text(console.paint)) }
        return .success
    }

    /// The entities of one name, so many at most.
    func entities(
        of name: String, after: String?, limit: Int, asJSON: Bool
    ) throws(CommandFailure) -> ExitCode {
        var table = TextTable("ID", "FIELDS", "NEWEST EVENT")
        var count = 0
        var last = ""
        var isMore = false
        try each(of: name, after: after) { (listed) throws(CommandFailure) in
            isMore = count == limit
            guard !isMore else { return false }
            count += 1
            last = listed.id
            let newest = listed.state.newest?.occurredAt
            table.add(listed.id, String(listed.state.count), newest?.forPeople ?? "-")
            guard asJSON else { return true }
            try console.write(
                line { line in
                    line.field("entity", name)
                    line.field("id", listed.id)
                    line.field("fields", listed.state.count)
                    line.field("newest", newest?.rfc3339)
                })
            return true
        }
        guard !asJSON else { return .success }
        try console.write(table.text(console.paint))
        if isMore { try console.line(console.paint.dim("more: --after \(last)")) }
        return .success
    }

    private func each(
        of name: String, after: String?,
        _ body: (ListedEntity) throws(CommandFailure) -> Bool
    ) throws(CommandFailure) {
        let rows = try StateCommands.stored { () throws(StoreError) in
            try reader.rows(of: name, after: after)
        }
        while let listed = try StateCommands.stored({ () throws(StoreError) in try rows.next() }) {
            guard try body(listed) else { return }
        }
    }

    private func line(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object(body)
        writer.newline()
        return writer.text
    }
}
