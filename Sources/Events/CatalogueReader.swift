internal import JSON

/// Makes entries of a catalogue file, and collects everything that is wrong with it.
struct CatalogueReader {
    private(set) var problems: [CatalogueError.Problem] = []

    /// Reads the file; what it answers counts only where there are no problems.
    mutating func entries(_ json5: [UInt8]) -> [CatalogueEntry] {
        switch CatalogueValue.read(json5) {
        case .failure(let error):
            report("the file", "\(error)", "JSON, or JSON with comments (JSON5)")
            return []
        case .success(.table(let top)):
            for name in top.keys.sorted() where name != "types" {
                report(name, "the name", "types")
            }
            return types(top["types"])
        case .success(let value):
            report("the file", value.shown, "a table with the field types")
            return []
        }
    }

    private mutating func types(_ value: CatalogueValue?) -> [CatalogueEntry] {
        guard case .table(let types)? = value, !types.isEmpty else {
            report("types", value?.shown, "a table with at least one type")
            return []
        }
        return types.sorted { $0.key < $1.key }.compactMap { entry($0.key, $0.value) }
    }

    private mutating func entry(_ type: String, _ value: CatalogueValue) -> CatalogueEntry? {
        let place = "types[\"\(type)\"]"
        if !EnvelopeRules.isType(Array(type.utf8).span) {
            report(place, "the name", "1 to \(EnvelopeRules.typeLimit) of A-Z a-z 0-9 . _")
        }
        guard case .table(let fields) = value else {
            report(place, value.shown, "a table with entity, key and snapshot")
            return nil
        }
        for name in fields.keys.sorted() where !Self.names.contains(name) {
            report("\(place).\(name)", "the name", Self.names.joined(separator: ", "))
        }
        let section = Section(place: place, fields: fields)
        guard let entity = entity(section), let keyPath = path("key", section),
            let snapshotPath = path("snapshot", section)
        else { return nil }
        return CatalogueEntry(
            type: type, topic: topic(section, type), entity: entity, keyPath: keyPath,
            snapshotPath: snapshotPath, mode: choice("mode", section, .merge),
            rank: rank(section), historyFields: historyFields(section),
            dataKind: choice("data", section, .object))
    }

    private static let names = [
        "entity", "key", "snapshot", "mode", "rank", "history", "topic", "data",
    ]

    /// The fields of one type, and where they stand.
    private struct Section {
        var place: String
        var fields: [String: CatalogueValue]
    }

    private mutating func entity(_ section: Section) -> String? {
        let allowed = "1 to 64 of A-Z a-z 0-9 _ -"
        guard let text = text("entity", section, allowed) else { return nil }
        if !text.utf8.allSatisfy({ Self.isWord($0) }) || !(1...64).contains(text.utf8.count) {
            report("\(section.place).entity", "\"\(text)\"", allowed)
        }
        return text
    }

    private mutating func path(_ name: String, _ section: Section) -> JSONPath? {
        let allowed = "names joined by dots, such as data.orderId"
        guard let text = text(name, section, allowed) else { return nil }
        guard let path = JSONPath(text) else {
            report("\(section.place).\(name)", "\"\(text)\"", allowed)
            return nil
        }
        return path
    }

    private mutating func topic(_ section: Section, _ type: String) -> String {
        guard section.fields["topic"] != nil else { return type }
        let allowed = "1 to 128 of A-Z a-z 0-9 . _ -, but not quarantine or journal"
        guard let text = text("topic", section, allowed) else { return type }
        let isName = text.utf8.allSatisfy { Self.isWord($0) || $0 == UInt8(ascii: ".") }
        if !isName || !(1...128).contains(text.utf8.count) || Self.reserved.contains(text) {
            report("\(section.place).topic", "\"\(text)\"", allowed)
        }
        return text
    }

    /// Topics of our own behind the same prefix.
    private static let reserved: Set<String> = ["quarantine", "journal"]

    private mutating func rank(_ section: Section) -> UInt8 {
        guard let value = section.fields["rank"] else { return 20 }
        if case .number(let number) = value, let rank = UInt8(exactly: number) { return rank }
        report("\(section.place).rank", value.shown, "a whole number from 0 to 255")
        return 20
    }

    private mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ section: Section, _ standard: Choice
    ) -> Choice {
        guard let value = section.fields[name] else { return standard }
        if case .text(let text) = value, let choice = Choice(rawValue: text) { return choice }
        let allowed = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        report("\(section.place).\(name)", value.shown, allowed)
        return standard
    }

    private mutating func historyFields(_ section: Section) -> [CatalogueEntry.HistoryField] {
        guard let value = section.fields["history"] else { return [] }
        let place = "\(section.place).history"
        guard case .list(let values) = value else {
            report(place, value.shown, "a list of paths, such as [\"data.lineItemId\"]")
            return []
        }
        var fields: [CatalogueEntry.HistoryField] = []
        for (index, value) in values.enumerated() {
            guard case .text(let text) = value, let path = JSONPath(text),
                let name = path.names.last
            else {
                report("\(place)[\(index)]", value.shown, "names joined by dots")
                continue
            }
            fields.append(.init(name: String(name), path: path))
        }
        return fields
    }

    private mutating func text(
        _ name: String, _ section: Section, _ allowed: String
    ) -> String? {
        if case .text(let text)? = section.fields[name] { return text }
        report("\(section.place).\(name)", section.fields[name]?.shown, allowed)
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        EnvelopeRules.isTypeByte(byte) && byte != UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private mutating func report(_ path: String, _ value: String?, _ allowed: String) {
        problems.append(.init(path: path, value: value, allowed: allowed))
    }
}
