internal import Events
package import Journal

/// What tells a record of a journal from the one that a copy has under the same number.
package struct RecordFingerprint: Hashable, Sendable {
    /// Hexadecimal digits, or a dash for one that is not known.
    let text: String

    /// Where the record is not in the journal any longer.
    static let unknown = RecordFingerprint(text: "-")

    init(text: String) {
        self.text = text
    }

    /// Of a record: body, eventId and time of arrival, so that two copies of a body differ.
    package init(_ record: JournalRecord) {
        let entry = record.entry
        let parts = [
            entry.bodyHash.description, entry.eventIDText ?? "", entry.receivedAt.rfc3339,
        ]
        text = BodyHash(hashing: parts.joined(separator: " ").utf8Span.span).description
    }
}

/// A position as text beside the offset in Kafka: `2 FINGERPRINT ROUTES WRITER [TOPIC=FIRST]...`.
///
/// Text 1 of former versions, without the writer, is read too. Kafka keeps 4,096 bytes there; that
/// bounds the number of lanes.
struct PositionText: Hashable {
    let position: PublishPosition
    let fingerprint: RecordFingerprint
    /// The number of the process that committed the position; nil in text 1.
    let writer: UInt64?

    init(_ position: PublishPosition, _ fingerprint: RecordFingerprint, writer: UInt64?) {
        self.position = position
        self.fingerprint = fingerprint
        self.writer = writer
    }

    var text: String {
        let head = [writer == nil ? "1" : "2", fingerprint.text, Self.hex(position.routes)]
        let lanes = position.lanes.map { "\($0.topic)=\($0.first)" }
        return (head + [writer.map(Self.hex)].compactMap(\.self) + lanes).joined(separator: " ")
    }

    private static func hex(_ number: UInt64) -> String { String(number, radix: 16) }

    /// Reads what stands beside an offset; nil where no version that we know of wrote it.
    init?(_ text: String, nextOffset: Int64) {
        let words = text.split(separator: " ")
        guard nextOffset > 0, words.count >= 3, let routes = UInt64(words[2], radix: 16) else {
            return nil
        }
        var lanes: [PublishPosition.Lane] = []
        switch words[0] {
        case "1": writer = nil
        case "2":
            guard words.count >= 4, let number = UInt64(words[3], radix: 16) else { return nil }
            writer = number
        default: return nil
        }
        for word in words[(writer == nil ? 3 : 4)...] {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let first = UInt64(parts[1]), first > 0 else { return nil }
            lanes.append(PublishPosition.Lane(topic: String(parts[0]), first: first))
        }
        guard PublishPosition.fit(lanes.map(\.topic)) else { return nil }
        position = PublishPosition(through: UInt64(nextOffset) - 1, lanes: lanes, routes: routes)
        fingerprint = RecordFingerprint(text: String(words[1]))
    }
}
