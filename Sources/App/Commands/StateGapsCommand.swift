import Events
import JSON
import Store

/// `state gaps`: what the state does not have, and never will from these topics.
enum StateGapsCommand {
    static let command = Command(
        name: "state gaps", group: .look,
        summary: "List the records that were passed over since they were gone",
        details: """
            With consumer.onGap "continue", consume reads on where records were removed before it
            had applied them, or where a topic was made again. What it passed over is listed here,
            the oldest first, as long as the state lives. removed: the offsets that are named.
            replaced, missing, shorter: the partition is another one or has lost its end; it was
            read again from its beginning, and what the old one had from that offset on is unknown.
            gone: the topic has fewer partitions. Positions in the history from before that time
            lead into the old partition. With "stop" such a partition waits instead: hookline health
            tells which. Ends with 1 where something is listed.
            """,
        options: [.output],
        examples: [
            .init(text: "whether anything is missing", line: "hookline state gaps")
        ]
    ) { invocation throws(CommandFailure) in
        try StateCommands.reading(invocation) { (reader, _, console) throws(CommandFailure) in
            let gaps = try StateCommands.stored { () throws(StoreError) in try reader.gaps() }
            if invocation.wantsJSON {
                for gap in gaps { try console.write(json(gap)) }
            } else if gaps.isEmpty {
                try console.line("No record was passed over.")
            } else {
                try console.write(table(gaps).text(console.paint))
            }
            return gaps.isEmpty ? .success : .negative
        }
    }

    private static func table(_ gaps: [Gap]) -> TextTable {
        var table = TextTable("NOTICED", "PARTITION", "MISSING", "WHAT", "FOUND")
        for gap in gaps {
            let last = gap.end.map { "\($0 - 1)" } ?? "unknown"
            table.add(
                gap.time.forPeople, "\(gap.topic)[\(gap.partition)]", "\(gap.first) to \(last)",
                gap.reason, gap.detail)
        }
        return table
    }

    private static func json(_ gap: Gap) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("topic", gap.topic)
            line.field("partition", gap.partition)
            line.field("first", gap.first)
            if let end = gap.end {
                line.field("last", end - 1)
            } else {
                line.field("last", nil)
            }
            line.field("reason", gap.reason)
            line.field("detail", gap.detail)
            line.field("noticedAt", gap.time.rfc3339)
        }
        writer.newline()
        return writer.text
    }
}
