package import Events
package import JSON

/// What a record of a topic holds.
package enum RecordContent: Sendable {
    /// An event that can be applied to its entity.
    case event(ScannedEvent)
    /// Something else: why, the same in words, and what could be read of it.
    case deadLetter(DeadLetterReason, String, EventID?)
}

/// Reads events out of the records of a topic, whoever wrote them; one a thread.
///
/// Nothing is trusted: the value is checked to be JSON as a whole, its envelope as at the ingress,
/// its type to belong to the topic, the key to be the entity's id. Whether it lies in the future is
/// asked of the record's own time: what a record means must not depend on when it is read.
package final class RecordReader {
    private let events: EventScanner
    private let snapshots = SnapshotScanner()
    /// The value of the record read last, with the space that the scanners want behind it.
    private var body = PaddedBytes()

    /// The topics that are read, each with the types that belong into it.
    private let types: [String: [String]]
    /// The topic of the record read last, and its types.
    private var latest: (topic: String, types: [String]) = ("", [])

    /// The longest value that is read: above what any ingress takes, so that live and rebuilt states
    /// agree whatever their settings are.
    package static let valueLimit = (16 << 20) + (64 << 10)
    /// How long after its record was written an event may have occurred: 400 days in seconds.
    ///
    /// One that is dated 9999 would hold its fields for ever; no ingress may be set to take as much.
    private static let futureLimit: Int64 = 400 * 86_400

    /// Makes a reader; `prefix` is that of the catalogue's topics.
    package init(catalogue: Catalogue, prefix: String) {
        events = EventScanner(catalogue: catalogue)
        types = catalogue.topicsToRead(prefix: prefix)
    }

    /// Reads a record of this topic, by its full name.
    ///
    /// `timestamp` is the record's own, in milliseconds since 1970; nil if it has none. Throws
    /// `memory` if there is none to read it.
    package func read(
        key: Span<UInt8>?, value: Span<UInt8>?, topic: String, timestamp: Int64?
    ) throws(JSONError) -> RecordContent {
        guard let value else { return .deadLetter(.tombstone, "the record has no value", nil) }
        guard value.count <= Self.valueLimit else {
            return .deadLetter(
                .size, "the value has \(value.count) bytes, more than \(Self.valueLimit)", nil)
        }
        body.replace(with: value)
        switch events.scan(body, receivedAt: Self.afterAll) {
        case .outOfMemory: throw .memory
        case .malformed(let what): return .deadLetter(.json, what, nil)
        case .quarantine(let reason, let parts):
            return .deadLetter(.envelope, "no usable event: \(reason.rawValue)", parts.eventID)
        case .event(let event): return check(event, key, topic, timestamp)
        }
    }

    /// Later than any time that RFC 3339 can write.
    private static let afterAll = Timestamp(seconds: 1 << 40)

    private func check(
        _ event: ScannedEvent, _ key: Span<UInt8>?, _ topic: String, _ timestamp: Int64?
    ) -> RecordContent {
        if latest.topic != topic { latest = (topic, types[topic] ?? []) }
        guard latest.types.contains(event.entry.type) else {
            return .deadLetter(
                .type, "\(event.type) does not belong into the topic \(topic)", event.eventID)
        }
        guard let key, key.elementsEqual(event.key.utf8Span.span) else {
            return .deadLetter(.key, "the key is not the entity's id, \(event.key)", event.eventID)
        }
        // 0 is what some producers write for none.
        if let timestamp, timestamp > 0,
            event.occurredAt.seconds - timestamp / 1000 > Self.futureLimit
        {
            return .deadLetter(
                .future, "it occurred more than 400 days after the record was written",
                event.eventID)
        }
        return .event(event)
    }

    /// Adds the encoded state that the event read last alone gives to `output`, at this version.
    package func encodeState(
        _ entry: CatalogueEntry, _ version: Version, to output: inout [UInt8]
    ) throws(JSONError) {
        try snapshots.withFields(of: body, entry) { fields in
            EventState.encode(fields, version, replacing: entry.mode == .replace, to: &output)
        }
    }

    /// The further values that the history shows of the event read last, as a JSON object; empty
    /// where there are none.
    package func further(_ entry: CatalogueEntry) -> [UInt8] {
        if entry.historyFields.isEmpty { return [] }
        var writer = JSONWriter()
        var isEmpty = true
        writer.object { object in
            for field in entry.historyFields {
                guard let value = events.historyValue(field) else { continue }
                object.key(field.name)
                object.value(value)
                isEmpty = false
            }
        }
        return isEmpty ? [] : writer.bytes
    }
}
