internal import JSON

/// The JSON Schemas (draft-07) of what lies in the topics and in the state.
///
/// Those of the documented webhooks, of orders, licences and headers are the files of
/// `config/schemas`; a type without one has the envelope's, with `data` left open. Names of types
/// have no dash and all others have one, so that no catalogue can take the name of a file.
package struct SchemaSet: Sendable {
    /// The dialect that all are written in.
    private static let dialect = "http://json-schema.org/draft-07/schema#"
    /// What a reference begins with; its target is a file, a place in the same file, or both.
    private static let reference = "\"$ref\": \""

    private static let envelope = "event-envelope"
    /// Those that no type refers to, and every catalogue has.
    private static let always = [
        envelope, "event-headers", "quarantine-headers", "redrive-headers",
    ]
    private static let files: [String: [UInt8]] = [
        envelope: PackageResources.event_envelope_json,
        "event-headers": PackageResources.event_headers_json,
        "quarantine-headers": PackageResources.quarantine_headers_json,
        "redrive-headers": PackageResources.redrive_headers_json,
        "order-state": PackageResources.order_state_json,
        "license-state": PackageResources.license_state_json,
        "order.submitted": PackageResources.order_submitted_json,
        "order.updated": PackageResources.order_updated_json,
        "order.lineItemStatusChanged": PackageResources.order_lineItemStatusChanged_json,
        "license.created": PackageResources.license_created_json,
    ]

    private var texts: [String: String] = [:]

    /// The schemas for a catalogue's types, and all that these refer to.
    package init(_ catalogue: Catalogue) {
        for name in Self.always { add(name) }
        for entry in catalogue.entries {
            if Self.isDocumented(entry) {
                add(entry.type)
            } else {
                texts[entry.type] = Self.open(entry)
            }
        }
    }

    /// The names of all, sorted: types, and the files that are no type's.
    package var names: [String] { texts.keys.sorted() }

    /// One schema as a part of a document that has all of them under `root`, such as
    /// `#/components/schemas/`: without its dialect, its references leading there.
    package func part(_ name: String, root: String) -> String? {
        guard let text = texts[name] else { return nil }
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("  \"$schema\"") }
        let pieces = lines.joined(separator: "\n")
            .split(separator: Self.reference, omittingEmptySubsequences: false)
        return pieces.dropFirst().reduce(into: String(pieces[0])) { result, piece in
            let target = piece.prefix { $0 != "\"" }
            let file = Self.file(of: target) ?? name
            let place = target.drop { $0 != "#" }.dropFirst()
            result += Self.reference + root + file + place + piece.dropFirst(target.count)
        }
    }

    /// One schema as a document of its own, with all that it refers to.
    package func document(_ name: String) -> [UInt8]? {
        guard texts[name] != nil else { return nil }
        let root = "#/definitions/"
        var writer = JSONWriter()
        writer.object { document in
            document.field("$schema", Self.dialect)
            document.field("title", name)
            // Beside a `$ref` nothing else would count.
            document.array("allOf") { $0.object { $0.field("$ref", root + name) } }
            document.object("definitions") { definitions in
                for name in reach(of: name).sorted() {
                    guard let part = part(name, root: root) else { continue }
                    definitions.key(name)
                    definitions.raw(part)
                }
            }
        }
        return writer.bytes
    }

    /// Takes a file in, and those that it refers to.
    private mutating func add(_ name: String) {
        guard texts[name] == nil, let file = Self.files[name] else { return }
        texts[name] = String(decoding: file, as: UTF8.self)
        for other in Self.references(in: texts[name] ?? "") { add(other) }
    }

    /// A schema and all that it refers to, directly or not.
    private func reach(of name: String) -> Set<String> {
        var reached: Set = [name]
        var rest = [name]
        while let next = rest.popLast() {
            for other in Self.references(in: texts[next] ?? "") {
                if reached.insert(other).inserted { rest.append(other) }
            }
        }
        return reached
    }

    private static func references(in text: String) -> [String] {
        text.split(separator: reference, omittingEmptySubsequences: false).dropFirst()
            .compactMap { file(of: $0.prefix { $0 != "\"" }) }
    }

    /// The name of the file that a target names; nil where it is the one it stands in.
    private static func file(of target: Substring) -> String? {
        let file = target.prefix { $0 != "#" }
        return file.isEmpty ? nil : String(file.dropLast(".json".count))
    }
}

extension SchemaSet {
    /// Whether the type's bodies are those of the file: the catalogue finds key and snapshot there.
    private static func isDocumented(_ entry: CatalogueEntry) -> Bool {
        guard files[entry.type] != nil, let shipped = Catalogue.shipped[entry.type] else {
            return false
        }
        return entry.keyPath == shipped.keyPath && entry.snapshotPath == shipped.snapshotPath
            && entry.dataKind == shipped.dataKind
    }

    /// The schema of a type of which the catalogue is all that is known.
    private static func open(_ entry: CatalogueEntry) -> String {
        var writer = JSONWriter()
        writer.object { schema in
            schema.field("title", entry.type)
            schema.field("description", "Not described further than the catalogue does.")
            schema.key("allOf")
            schema.raw("[{\(reference)\(envelope).json\"}]")
            schema.object("properties") { properties in
                properties.object("type") { $0.field("const", entry.type) }
                properties.key("data")
                data(of: entry, &properties)
            }
        }
        return writer.text
    }

    /// Of `data` the way to the key is known, but where that leads through an array.
    private static func data(of entry: CatalogueEntry, _ writer: inout JSONWriter) {
        let names = entry.keyPath.names
        if names.count > 1, names[0] == "data", !isIndex(names[1]) {
            return holder(of: names.dropFirst(), &writer)
        }
        writer.object { data in
            if entry.dataKind != .any { data.field("type", entry.dataKind.rawValue) }
        }
    }

    private static func holder(of names: ArraySlice<Substring>, _ writer: inout JSONWriter) {
        writer.object { schema in
            guard let name = names.first else {
                schema.field("type", "string")
                return schema.field("minLength", 1)
            }
            guard !isIndex(name) else { return }
            schema.field("type", "object")
            schema.array("required") { $0.value(String(name)) }
            schema.object("properties") { properties in
                properties.key(String(name))
                holder(of: names.dropFirst(), &properties)
            }
        }
    }

    private static func isIndex(_ name: Substring) -> Bool { name.allSatisfy(\.isNumber) }
}
