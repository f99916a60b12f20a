import Events
import JSON
import Store

/// `state gaps`: what the state does not have, and never will from these topics.
enum StateGapsCommand {
    static let command = Command(
        name: "state gaps", group: .look,
        summary: "List the records that the state does not have because they were gone",
        details: """
            With consumer.onGap "continue", consume reads on if records were removed before it
            applied them, or if a topic was recreated. What it skipped is listed here, the oldest
            first, for the lifetime of the state. removed: exactly the offsets listed. replaced,
            missing, shorter: the partition is another one or has lost its end; it was read again
            from its beginning, and what the old one had from that offset on is unknown. gone: the
            topic has fewer partitions. accepted: a replay did without them (--accept-loss). before:
            the partition no longer had them when it was read for the first time. Positions in the
            history from before a partition was replaced lead into the old one. With "stop", such a
            partition waits instead: hookline health tells which. Exits with 1 if anything but
            before is listed.
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
                try console.line("No records are missing.")
            } else {
                try console.write(table(gaps).text(console.paint))
            }
            return gaps.contains(where: \.wasMissed) ? .negative : .success
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
