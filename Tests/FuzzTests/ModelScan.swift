import Events
import JSON
import Support

/// What a scan should say of a body, by the words of the design.
struct ModelScan {
    private let document: ModelDocument
    private let catalogue: Catalogue

    init(_ document: ModelDocument, _ catalogue: Catalogue) {
        self.document = document
        self.catalogue = catalogue
    }

    enum Found: Equatable {
        case absent
        case once(Int)
        case repeated
    }

    /// The same line as `ScanResult.line`.
    func line(now: Timestamp) -> String {
        if document.depth > 1024 { return held(.depth, parts { last($0) }) }
        if document.hasHugeNumber { return held(.number, parts { last($0) }) }
        let parts = parts { once($0) }
        let names = document.nodes[0].children.map(\.name)
        if document.nodes[0].kind == .object, Set(names).count < names.count {
            return held(.ambiguous, parts)
        }
        guard parts.eventID != nil, let type = parts.type, let time = parts.occurredAt,
            case .once(let data) = find("data")
        else { return held(.envelope, parts) }
        guard let entry = catalogue[type] else { return held(.type, parts) }
        if !allows(entry.dataKind, document.nodes[data].kind) { return held(.envelope, parts) }
        let paths = [entry.keyPath, entry.snapshotPath, entry.updatedAtPath].map(\.description)
        if paths.contains(where: { find($0) == .repeated }) { return held(.ambiguous, parts) }
        guard parts.key != nil else { return held(.key, parts) }
        guard snapshot(entry) != nil else { return held(.envelope, parts) }
        guard let occurredAt = Timestamp(rfc3339: time), occurredAt <= now.adding(seconds: 86_400)
        else { return held(.future, parts) }
        let updatedAt = once(entry.updatedAtPath.description).flatMap { Timestamp(rfc3339: $0) }
        return "event \(parts.line) updatedAt \(updatedAt.map(\.description) ?? "none")"
    }

    /// The snapshot's fields: name and value as it stands there, of a repeated one the last.
    func snapshot(_ entry: CatalogueEntry) -> [(name: [UInt8], value: [UInt8])]? {
        guard case .once(let node) = find(entry.snapshotPath.description),
            document.nodes[node].kind == .object
        else { return nil }
        let children = document.nodes[node].children
        var seen: Set<[UInt8]> = []
        return children.reversed().filter { seen.insert($0.name).inserted }
            .map { ($0.name, document.raw($0.node)) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// What is at a path where no member on the way stands twice.
    private func find(_ path: String) -> Found {
        var node = 0
        for name in path.split(separator: ".") {
            let found = children(of: node, named: name)
            guard found.count < 2 else { return .repeated }
            guard let next = found.first else { return .absent }
            node = next
        }
        return .once(node)
    }

    private func children(of node: Int, named name: Substring) -> [Int] {
        let children = document.nodes[node].children
        if document.nodes[node].kind == .array {
            guard name.utf8.count <= 9, name.allSatisfy({ $0.isASCII && $0.isNumber }),
                let index = Int(name), index < children.count
            else { return [] }
            return [children[index].node]
        }
        return children.filter { $0.name.elementsEqual(name.utf8) }.map(\.node)
    }

    private func once(_ path: String) -> String? {
        guard case .once(let node) = find(path) else { return nil }
        return string(node)
    }

    /// Of what the parser cannot hold: the first member on the way, the last at its end.
    private func last(_ path: String) -> String? {
        let names = path.split(separator: ".")
        var node = 0
        for name in names.dropLast() {
            guard let next = children(of: node, named: name).first else { return nil }
            node = next
        }
        guard document.nodes[node].kind == .object, let name = names.last else { return nil }
        return children(of: node, named: name).last.flatMap(string)
    }

    private func string(_ node: Int) -> String? {
        document.nodes[node].kind == .string
            ? String(decoding: document.nodes[node].text, as: UTF8.self) : nil
    }

    private func allows(_ data: CatalogueEntry.DataKind, _ kind: ModelDocument.Kind) -> Bool {
        switch data {
        case .object: kind == .object
        case .array: kind == .array
        case .any: true
        }
    }

    private func parts(_ text: (String) -> String?) -> ModelParts {
        var parts = ModelParts()
        parts.eventID = text("eventId").flatMap { EventID($0) == nil ? nil : $0 }
        parts.type = text("type").flatMap { type in
            let isType = type.wholeMatch(of: #/[A-Za-z0-9._]{1,128}/#) != nil
            return isType ? type : nil
        }
        parts.occurredAt = text("occurredAt").flatMap { Timestamp(rfc3339: $0) == nil ? nil : $0 }
        parts.key = parts.type.flatMap { catalogue[$0] }.flatMap { entry in
            text(entry.keyPath.description).flatMap {
                (1...512).contains($0.utf8.count) ? $0 : nil
            }
        }
        return parts
    }

    private func held(_ reason: QuarantineReason, _ parts: ModelParts) -> String {
        "held \(reason) \(parts.line)"
    }
}

/// What is read of an envelope, as text.
struct ModelParts {
    var eventID: String?
    var type: String?
    var occurredAt: String?
    var key: String?

    var line: String {
        [eventID, type, occurredAt, key].map { $0.map { "\"\($0)\"" } ?? "none" }
            .joined(separator: " ")
    }
}

extension ScanResult {
    /// All that the scan says, on one line.
    var line: String {
        switch self {
        case .malformed: "malformed"
        case .outOfMemory: "out of memory"
        case .quarantine(let reason, let parts):
            "held \(reason) "
                + ModelParts(
                    eventID: parts.eventIDText, type: parts.type,
                    occurredAt: parts.occurredAtText, key: parts.key
                ).line
        case .event(let event):
            "event "
                + ModelParts(
                    eventID: event.eventIDText, type: event.type,
                    occurredAt: event.occurredAtText, key: event.key
                ).line + " updatedAt \(event.updatedAt.map(\.description) ?? "none")"
        }
    }
}
