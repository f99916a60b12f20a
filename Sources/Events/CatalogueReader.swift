internal import Configuration
internal import JSON

/// Makes entries of a catalogue file; its reader collects all that is wrong.
struct CatalogueReader {
    /// Topics of our own behind the same prefix.
    private static let reserved: Set<String> = ["quarantine", "journal"]

    /// Parameters of a list that are no filters.
    private static let parameters: Set<String> = ["limit", "cursor", "updatedSince"]

    /// Reads a file that is known as `path`.
    ///
    /// - Throws: every problem of the file at once.
    static func entries(_ json5: [UInt8], path: String) throws(CatalogueError) -> [CatalogueEntry] {
        let value: ConfigurationValue
        do {
            value = try ConfigurationValue(json5: json5)
        } catch {
            throw CatalogueError(problems: [
                ConfigurationProblem(path: path, value: nil, origin: nil, complaint: "\(error)")
            ])
        }
        let reader = ConfigurationReader(ConfigurationSources(file: (path, value)))
        let entries = types(reader.root)
        let problems = reader.problems()
        guard problems.isEmpty else { throw CatalogueError(problems: problems) }
        return entries
    }

    private static func types(_ root: ConfigurationSection) -> [CatalogueEntry] {
        let types = root.section("types")
        if types.keys().isEmpty {
            root.report("types", value: "empty", allowed: "an object with at least one type")
        }
        return types.keys().compactMap { type in
            if !EnvelopeRules.isType(type) {
                types.report(
                    type, value: "a name that no type has",
                    allowed: "1 to \(EnvelopeRules.typeLimit) of A-Z a-z 0-9 . _")
            }
            return entry(type, types.section(type))
        }
    }

    private static func entry(
        _ type: String, _ section: ConfigurationSection
    ) -> CatalogueEntry? {
        // Everything is read before anything is missed, so that all problems are told.
        let entity = text(
            "entity", section, allowed: "1 to 64 of A-Z a-z 0-9 _ -",
            where: { (1...64).contains($0.utf8.count) && $0.utf8.allSatisfy(isWord) })
        let keyPath = path("key", section)
        let snapshotPath = path("snapshot", section)
        let topic = section.string(
            "topic", default: type,
            allowed: "1 to 128 of A-Z a-z 0-9 . _ -, and not quarantine or journal",
            where: isTopic)
        let former = formerTopics(section)
        let mode = section.choice("mode", default: CatalogueEntry.Mode.merge)
        let rank = section.integer("rank", default: 20, range: 0...255)
        let history = historyFields(section)
        let filters = filters(section)
        let dataKind = section.choice("data", default: CatalogueEntry.DataKind.object)
        guard let entity, let keyPath, let snapshotPath else { return nil }
        return CatalogueEntry(
            type: type, topic: topic, formerTopics: former, entity: entity, keyPath: keyPath,
            snapshotPath: snapshotPath, mode: mode, rank: UInt8(clamping: rank),
            historyFields: history, filters: filters, dataKind: dataKind)
    }

    private static func path(_ key: String, _ section: ConfigurationSection) -> JSONPath? {
        text(
            key, section, allowed: "names joined by dots, such as data.orderId",
            where: { JSONPath($0) != nil }
        ).flatMap { JSONPath($0) }
    }

    /// A text that must be there.
    private static func text(
        _ key: String, _ section: ConfigurationSection, allowed: String,
        where isAllowed: (String) -> Bool
    ) -> String? {
        guard section.keys().contains(key) else {
            section.report(key, value: "missing", allowed: allowed)
            return nil
        }
        return section.optionalString(key, allowed: allowed, where: isAllowed)
    }

    private static func historyFields(
        _ section: ConfigurationSection
    ) -> [CatalogueEntry.HistoryField] {
        section.strings("history", default: []).compactMap { text in
            guard let path = JSONPath(text), let name = path.names.last else {
                section.report(
                    "history", value: "\"\(text)\"",
                    allowed: "names joined by dots, such as data.lineItemId")
                return nil
            }
            return CatalogueEntry.HistoryField(name: String(name), path: path)
        }
    }

    private static func formerTopics(_ section: ConfigurationSection) -> [String] {
        section.strings("formerTopics", default: []).filter { name in
            // A topic's name by Kafka's rules.
            let isName =
                (1...249).contains(name.utf8.count) && name != "." && name != ".."
                && name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") }
            if !isName {
                section.report(
                    "formerTopics", value: "\"\(name)\"",
                    allowed: "full names of topics, with their prefix, such as old.order.updated")
            }
            return isName
        }
    }

    private static func filters(_ section: ConfigurationSection) -> [JSONPath] {
        section.strings("filters", default: []).compactMap { text in
            guard let path = JSONPath(text), !parameters.contains(text) else {
                section.report(
                    "filters", value: "\"\(text)\"",
                    allowed: "names joined by dots, such as customer.customerId, and not "
                        + parameters.sorted().joined(separator: ", "))
                return nil
            }
            return path
        }
    }

    private static func isTopic(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !reserved.contains(text)
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        EnvelopeRules.isTypeByte(byte) && byte != UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
