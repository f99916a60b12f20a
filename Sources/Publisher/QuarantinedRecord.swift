internal import Kafka

/// Where a record lies in the quarantine's topic.
package struct QuarantinePlace: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of its partition.
    package let partition: Int32
    /// Its offset there.
    package let offset: Int64

    /// Names a place, whether something is there or not.
    package init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// Reads the form `3@17`, or answers nil.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]),
            partition >= 0, offset >= 0
        else { return nil }
        self.init(partition: partition, offset: offset)
    }

    /// By partition, then by offset.
    package static func < (left: Self, right: Self) -> Bool {
        (left.partition, left.offset) < (right.partition, right.offset)
    }

    /// As `3@17`.
    package var description: String { "\(partition)@\(offset)" }
}

/// What the quarantine says of one record, all but the body.
package struct QuarantinedRecord: Hashable, Sendable {
    /// Where it lies.
    package let place: QuarantinePlace
    /// Why it is there, as `QuarantineReason` writes it; empty where another program wrote it.
    package let reason: String
    /// The event's type, where known.
    package var type: String?
    /// Its place in the journal that it came through.
    package var sequence: UInt64?
    /// When the webhook came.
    package var receivedAt: String?
    /// The event's id as it came, where known.
    package var eventID: String?
    /// The record's key: the entity's id where known, else the event's.
    package var key: String?
    /// The trace that the webhook belongs to.
    package var traceparent: String?
    /// The size of the body.
    package var bytes = 0
    /// The topic that it was redriven to, where it was.
    package var redrivenTo: String?
    /// Why it was set aside, if it was.
    package var dropReason: String?

    /// Whether it was neither redriven nor set aside.
    package var isOpen: Bool { redrivenTo == nil && dropReason == nil }

    /// A record of which only this is known.
    package init(place: QuarantinePlace, reason: String) {
        self.place = place
        self.reason = reason
    }
}

/// A note in the quarantine that a record of it is settled.
package struct RedriveMarker: Hashable, Sendable {
    /// How a record is settled.
    package enum End: Hashable, Sendable {
        /// It went to this topic, in the same transaction.
        case redriven(to: String)
        /// Nobody needs it, for this reason.
        case dropped(String)
    }

    /// The record.
    package let place: QuarantinePlace
    /// What became of it.
    package let end: End
}

/// The headers of a marker.
extension HeaderName {
    /// Which record was redriven or set aside: `3@17`.
    package static let redriven: StaticString = "hookline-redriven"
    /// The topic that it went to; not there if it was set aside.
    package static let redrivenTo: StaticString = "hookline-redriven-to"
    /// Why it was set aside; not there if it was redriven.
    package static let dropReason: StaticString = "hookline-drop-reason"
    /// When, RFC 3339.
    package static let redrivenAt: StaticString = "hookline-redriven-at"
}

extension QuarantinedRecord {
    init(_ record: borrowing KafkaRecord) {
        self.init(
            place: QuarantinePlace(partition: record.partition, offset: record.offset),
            reason: record.text(HeaderName.reason) ?? "")
        type = record.text(HeaderName.type)
        sequence = record.text(HeaderName.sequence).flatMap { UInt64($0) }
        receivedAt = record.text(HeaderName.receivedAt)
        eventID = record.text(HeaderName.eventID)
        key = record.key.map { String(decoding: $0, as: UTF8.self) }
        traceparent = record.text("traceparent")
        bytes = record.valueCount
    }
}

extension RedriveMarker {
    /// The marker that the record is, nil for any other record.
    init?(_ record: borrowing KafkaRecord) {
        guard let place = record.text(HeaderName.redriven).flatMap({ QuarantinePlace($0) }) else {
            return nil
        }
        if let why = record.text(HeaderName.dropReason) {
            self.init(place: place, end: .dropped(why))
        } else {
            self.init(place: place, end: .redriven(to: record.text(HeaderName.redrivenTo) ?? ""))
        }
    }
}

extension KafkaRecord {
    fileprivate borrowing func text(_ header: StaticString) -> String? {
        self.header("\(header)").map { String(decoding: $0, as: UTF8.self) }
    }
}
