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

/// How a position stands beside the offset in Kafka: `1 FINGERPRINT ROUTES [TOPIC=FIRST]...`.
///
/// 4,096 bytes are what Kafka keeps there; the number of lanes is bounded by that.
struct PositionText: Hashable {
    private static let version = "1"

    let position: PublishPosition
    let fingerprint: RecordFingerprint

    init(_ position: PublishPosition, _ fingerprint: RecordFingerprint) {
        self.position = position
        self.fingerprint = fingerprint
    }

    var text: String {
        let head = [Self.version, fingerprint.text, String(position.routes, radix: 16)]
        return (head + position.lanes.map { "\($0.topic)=\($0.first)" }).joined(separator: " ")
    }

    /// Reads what stands beside an offset; nil where no version that we know of wrote it.
    init?(_ text: String, nextOffset: Int64) {
        let words = text.split(separator: " ")
        guard nextOffset > 0, words.count >= 3, words[0] == Self.version,
            let routes = UInt64(words[2], radix: 16)
        else { return nil }
        var lanes: [PublishPosition.Lane] = []
        for word in words[3...] {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let first = UInt64(parts[1]), first > 0 else { return nil }
            lanes.append(PublishPosition.Lane(topic: String(parts[0]), first: first))
        }
        guard PublishPosition.fit(lanes.map(\.topic)) else { return nil }
        position = PublishPosition(through: UInt64(nextOffset) - 1, lanes: lanes, routes: routes)
        fingerprint = RecordFingerprint(text: String(words[1]))
    }
}
