package import JSON

/// Reads of a body what routing needs, and says what is wrong with it; one a thread.
///
/// Where several things are wrong the first of these counts: malformed, depth, number, a repeated
/// member of the envelope, envelope, type, data that the type may not have, a repeated member on
/// the way to the key or the snapshot or updatedAt, key, snapshot, future.
package final class EventScanner {
    /// How far ahead of the time received an event may have occurred, unless it is set: a day.
    package static let standardFutureLimit = Duration.seconds(24 * 3600)

    private let catalogue: Catalogue
    private let futureSeconds: Int64
    private let json = JSONScanner()
    private lazy var reader = PartialReader(catalogue: catalogue)

    /// Makes a scanner.
    package init(catalogue: Catalogue, futureLimit: Duration = standardFutureLimit) {
        self.catalogue = catalogue
        futureSeconds = futureLimit.components.seconds
    }

    /// Scans `body`, which came at `receivedAt`.
    package func scan(_ body: borrowing PaddedBytes, receivedAt: Timestamp) -> ScanResult {
        let hash = body.withSpan { BodyHash(hashing: $0) }
        do throws(JSONError) {
            try json.parse(body)
        } catch {
            switch error {
            case .malformed: return .malformed(error.description)
            case .memory: return .outOfMemory
            case .number: return .quarantine(.number, partial: reader.parts(of: body, hash))
            case .depth: return .quarantine(.depth, partial: reader.parts(of: body, hash))
            }
        }
        return route(hash, receivedAt)
    }

    /// The values of an entry's history fields in the body that was scanned last, as JSON text
    /// of strings only; nil where there is none.
    package func historyValue(_ field: CatalogueEntry.HistoryField) -> String? {
        json.string(field.path)
    }

    private func route(_ hash: BodyHash, _ receivedAt: Timestamp) -> ScanResult {
        let (parts, key) = parts(hash)
        if json.topRepeats { return .quarantine(.ambiguous, partial: parts) }
        let data = json.find(Paths.data)
        guard let eventID = parts.eventID, let eventIDText = parts.eventIDText,
            let occurredAt = parts.occurredAt, let occurredAtText = parts.occurredAtText,
            parts.type != nil, data != .absent
        else { return .quarantine(.envelope, partial: parts) }
        guard let entry = parts.entry else { return .quarantine(.type, partial: parts) }
        guard entry.dataKind.allows(data) else { return .quarantine(.envelope, partial: parts) }
        let snapshot = json.find(entry.snapshotPath)
        let (updated, updatedAt) = json.ask(entry.updatedAtPath) { ($0, Self.timestamp($0, $1)) }
        if key == .repeated || snapshot == .repeated || updated == .repeated {
            return .quarantine(.ambiguous, partial: parts)
        }
        guard let key = parts.key else { return .quarantine(.key, partial: parts) }
        guard snapshot == .once(.object) else { return .quarantine(.envelope, partial: parts) }
        if occurredAt > receivedAt.adding(seconds: futureSeconds) {
            return .quarantine(.future, partial: parts)
        }
        return .event(
            ScannedEvent(
                eventID: eventID, eventIDText: eventIDText, entry: entry, key: key,
                occurredAt: occurredAt, occurredAtText: occurredAtText, updatedAt: updatedAt,
                bodyHash: hash))
    }

    /// What the parsed document says, each part for itself, and whether the key stands there.
    private func parts(_ hash: BodyHash) -> (ScannedParts, key: JSONScanner.Found) {
        var parts = ScannedParts(bodyHash: hash)
        json.ask(Paths.eventID) { parts.takeEventID($0, $1) }
        json.ask(Paths.type) { parts.takeType($0, $1, catalogue) }
        json.ask(Paths.occurredAt) { parts.takeOccurredAt($0, $1) }
        guard let entry = parts.entry else { return (parts, .absent) }
        let key = json.ask(entry.keyPath) { found, text in
            parts.takeKey(found, text)
            return found
        }
        return (parts, key)
    }

    private static func timestamp(_ found: JSONScanner.Found, _ text: Span<UInt8>) -> Timestamp? {
        found == .once(.string) ? Timestamp(rfc3339: text) : nil
    }
}

/// Where the members of the envelope stand.
enum Paths {
    static let eventID = JSONPath(member: "eventId")
    static let type = JSONPath(member: "type")
    static let occurredAt = JSONPath(member: "occurredAt")
    static let data = JSONPath(member: "data")
}

extension CatalogueEntry.DataKind {
    /// Whether `data` may be what was found.
    func allows(_ found: JSONScanner.Found) -> Bool {
        switch self {
        case .object: found == .once(.object)
        case .array: found == .once(.array)
        case .any: found != .absent
        }
    }
}

extension ScannedParts {
    mutating func takeEventID(_ found: JSONScanner.Found, _ text: Span<UInt8>) {
        guard found == .once(.string) else { return }
        eventID = EventID(text)
        if eventID != nil { eventIDText = String(utf8: text) }
    }

    mutating func takeType(
        _ found: JSONScanner.Found, _ text: Span<UInt8>, _ catalogue: Catalogue
    ) {
        guard found == .once(.string), EnvelopeRules.isType(text) else { return }
        entry = catalogue.entry(type: text)
        type = entry?.type ?? String(utf8: text)
    }

    mutating func takeOccurredAt(_ found: JSONScanner.Found, _ text: Span<UInt8>) {
        guard found == .once(.string) else { return }
        occurredAt = Timestamp(rfc3339: text)
        if occurredAt != nil { occurredAtText = String(utf8: text) }
    }

    mutating func takeKey(_ found: JSONScanner.Found, _ text: Span<UInt8>) {
        guard found == .once(.string), (1...EnvelopeRules.keyLimit).contains(text.count)
        else { return }
        key = String(utf8: text)
    }
}
