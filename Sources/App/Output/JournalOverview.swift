import Events
import JSON
import Journal

/// What `journal ls` prints.
struct JournalOverview {
    let path: String
    let id: String
    let holder: Int32?
    let published: PublishPosition?
    let segments: [SegmentSummary]
    let torn: [JournalFiles.Torn]

    /// Looks at the folder.
    init(_ files: JournalFiles) throws(JournalError) {
        path = files.path
        id = files.id
        holder = files.holder
        // Before the segments: what is published is among their records.
        published = try files.published()
        segments = try files.segments()
        torn = try files.torn()
    }

    private var used: [SegmentSummary] { segments.filter { $0.first != nil } }
    private var records: Int { segments.reduce(0) { $0 + $1.records } }
    private var usedBytes: Int { segments.reduce(0) { $0 + $1.usedBytes } }
    private var fileBytes: Int { segments.reduce(0) { $0 + $1.fileBytes } }

    /// Records behind the checkpoint; those that are passed over in lanes are not among them.
    private var unpublished: Int {
        guard let first = used.first?.first, let last = used.last?.last else { return 0 }
        let through = max(published?.through ?? 0, first - 1)
        return last > through ? Int(last - through) : 0
    }

    /// For people.
    func text(_ paint: Paint) -> String {
        var text = "journal \(id) in \(path)\n"
        text += holder.map { "written by process \($0)\n" } ?? "nobody writes it now\n"
        text += "published: \(progress)\n"
        for lane in published?.lanes ?? [] {
            text += paint.yellow("passed over: \(lane.topic), from record \(lane.first) on") + "\n"
        }
        text += "\n" + table.text(paint)
        text += "\n\(records) records in \(used.count) of \(segments.count) segments, "
        text += "\(SizeText.of(usedBytes)) of \(SizeText.of(fileBytes))\n"
        for segment in segments where segment.hasUnfinished {
            text += "segment \(segment.number) ends in a batch that is not whole: it is being "
            text += "written, or a crash interrupted it (journal verify tells)\n"
        }
        for one in torn {
            text += paint.yellow(
                "copy of a torn batch: \(one.name), \(SizeText.of(one.bytes)) (journal clean "
                    + "removes it)")
            text += "\n"
        }
        return text
    }

    private var progress: String {
        guard let published else { return "nothing, or its checkpoint is lost" }
        let rest = unpublished == 0 ? "all of it" : "\(unpublished) records wait"
        return "up to record \(published.through), \(rest)"
    }

    private var table: TextTable {
        var table = TextTable(
            "SEGMENT", "FIRST", "LAST", "RECORDS", "USED", "OLDEST", "NEWEST", "PUBLISHED")
        for segment in segments {
            table.add(
                String(segment.number), segment.first.map { String($0) } ?? "-",
                segment.last.map { String($0) } ?? "-", String(segment.records),
                String(segment.usedBytes), segment.oldest?.rfc3339 ?? "-",
                segment.newest?.rfc3339 ?? "-", segment.published(published)?.rawValue ?? "-")
        }
        return table
    }

    /// For scripts: one line.
    var json: String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("journal", id)
            line.field("folder", path)
            optional("holder", holder, &line)
            optional("publishedThrough", published?.through, &line)
            line.array("lanes") { lanes in
                for lane in published?.lanes ?? [] {
                    lanes.object { one in
                        one.field("topic", lane.topic)
                        one.field("first", lane.first)
                    }
                }
            }
            line.field("records", records)
            line.field("unpublished", unpublished)
            line.field("usedBytes", usedBytes)
            line.field("fileBytes", fileBytes)
            line.array("segments") { list in
                for segment in segments { list.object { write(segment, to: &$0) } }
            }
            line.array("torn") { list in
                for one in torn {
                    list.object { file in
                        file.field("name", one.name)
                        file.field("bytes", one.bytes)
                    }
                }
            }
        }
        writer.newline()
        return writer.text
    }

    private func write(_ segment: SegmentSummary, to one: inout JSONWriter) {
        one.field("number", segment.number)
        optional("first", segment.first, &one)
        optional("last", segment.last, &one)
        one.field("records", segment.records)
        one.field("usedBytes", segment.usedBytes)
        one.field("fileBytes", segment.fileBytes)
        one.field("oldest", segment.oldest?.rfc3339)
        one.field("newest", segment.newest?.rfc3339)
        one.field("published", segment.published(published)?.rawValue)
        one.field("unfinished", segment.hasUnfinished)
    }

    private func optional(
        _ name: String, _ number: (some BinaryInteger)?, _ line: inout JSONWriter
    ) {
        line.key(name)
        if let number { line.value(number) } else { line.null() }
    }
}
