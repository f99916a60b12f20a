package import Events
package import Journal
package import Kafka

/// Where a record of the journal goes, and what is written beside its body: pure.
///
/// The headers are CloudEvents 1.0, Kafka binding, binary mode, and our own.
package struct RecordRouter: Sendable {
    /// The name of the topic for what cannot be routed, behind the prefix.
    package static let quarantineSuffix = "quarantine"
    /// The number of that topic in `topics`.
    package static let quarantine = 0

    /// Every topic that records may go to; the first is the quarantine's.
    package let topics: [String]
    private let routes: [String: Route]
    private let source: String
    private var clock = ReceivedAtText()

    private struct Route: Sendable {
        let topic: Int
        let entity: String
    }

    /// Where one record goes.
    package enum Destination: Hashable, Sendable {
        /// To the topic of its type, about an entity.
        case event(topic: Int, entity: String)
        /// To the quarantine.
        case quarantine(QuarantineReason)

        /// The number of the topic.
        package var topic: Int {
            switch self {
            case .event(let topic, _): topic
            case .quarantine: RecordRouter.quarantine
            }
        }
    }

    /// Routes by this catalogue; `source` is what CloudEvents calls the sender.
    package init(_ catalogue: Catalogue, topicPrefix: String, source: String) {
        let names = Set(catalogue.entries.map(\.topic)).sorted()
        topics = [topicPrefix + Self.quarantineSuffix] + names.map { topicPrefix + $0 }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0 + 1) })
        let routes = catalogue.entries.compactMap { entry in
            numbers[entry.topic].map { (entry.type, Route(topic: $0, entity: entry.entity)) }
        }
        self.routes = Dictionary(uniqueKeysWithValues: routes)
        self.source = source
    }

    /// A digest of which type goes to which topic: the same on every machine and in every run.
    package var digest: UInt64 {
        let lines = routes.map { "\($0.key)=\(topics[$0.value.topic])\n" }.sorted()
        return BodyHash(hashing: lines.joined().utf8Span.span).high
    }

    /// Where the record goes; what Kafka has refused goes to the quarantine.
    package func destination(of entry: JournalEntry, isRefused: Bool) -> Destination {
        if case .quarantined(let reason) = entry.kind { return .quarantine(reason) }
        if isRefused { return .quarantine(.refused) }
        // The catalogue may have changed since the record was taken.
        guard let type = entry.type, let route = routes[type] else { return .quarantine(.type) }
        guard entry.key != nil else { return .quarantine(.key) }
        return .event(topic: route.topic, entity: route.entity)
    }

    /// The record's key: the entity's id; in quarantine else the event's, or none.
    package func key(of entry: JournalEntry, to destination: Destination) -> String? {
        switch destination {
        case .event: entry.key
        case .quarantine: entry.key ?? entry.eventIDText
        }
    }

    /// Fills the headers of the record.
    package mutating func fill(
        _ headers: inout RecordHeaders, of record: JournalRecord, to destination: Destination
    ) {
        headers.removeAll()
        let entry = record.entry
        switch destination {
        case .event(_, let entity):
            headers.add("ce_specversion", "1.0")
            headers.add("ce_id", entry.eventIDText ?? "")
            headers.add("ce_type", entry.type ?? "")
            headers.add("ce_source", source)
            headers.add("ce_time", entry.occurredAtText ?? "")
            headers.add("ce_subject", entity, slash: entry.key ?? "")
        case .quarantine(let reason):
            headers.add(HeaderName.reason, reason.rawValue)
            if let type = entry.type { headers.add(HeaderName.type, type) }
            if let id = entry.eventIDText { headers.add(HeaderName.eventID, id) }
        }
        headers.add("content-type", "application/json")
        headers.add(HeaderName.sequence, decimal: record.sequence)
        headers.add(HeaderName.receivedAt, clock.text(entry.receivedAt))
        if let traceparent = entry.traceparent { headers.add("traceparent", traceparent) }
    }
}

/// The names of our own headers.
package enum HeaderName {
    /// Why the record is in quarantine.
    package static let reason: StaticString = "hookline-reason"
    /// The event's type, in quarantine.
    package static let type: StaticString = "hookline-type"
    /// The event's id as it came, in quarantine.
    package static let eventID: StaticString = "hookline-event-id"
    /// The record's place in its journal.
    package static let sequence: StaticString = "hookline-sequence"
    /// When the webhook came, RFC 3339.
    package static let receivedAt: StaticString = "hookline-received-at"
}

/// Writes instants of which most are in the same second as the one before.
struct ReceivedAtText: Sendable {
    private var second: Int64?
    private var text: [UInt8] = []
    private var stem = 0

    init() {}

    /// RFC 3339 in UTC, to the nanosecond.
    mutating func text(_ instant: Timestamp) -> [UInt8] {
        if second != instant.seconds {
            second = instant.seconds
            text = Array(Timestamp(seconds: instant.seconds).rfc3339.utf8.dropLast())
            stem = text.count
        }
        text.removeSubrange(stem...)
        text.append(UInt8(ascii: "."))
        var unit: Int32 = 100_000_000
        while unit > 0 {
            text.append(UInt8(ascii: "0") + UInt8(instant.nanoseconds / unit % 10))
            unit /= 10
        }
        text.append(UInt8(ascii: "Z"))
        return text
    }
}
