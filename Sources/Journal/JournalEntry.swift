package import Events

/// What ingress hands to the journal of one webhook, all but the body.
///
/// Texts of more than 65,535 bytes are left out of the record: only a body that is quarantined
/// can have them.
package struct JournalEntry: Hashable, Sendable {
    /// What becomes of a record.
    package enum Kind: Hashable, Sendable {
        /// It goes to its topic.
        case event
        /// It is held, for this reason.
        case quarantined(QuarantineReason)
    }

    /// What becomes of it.
    package var kind: Kind
    /// When the last byte of the body had come.
    package var receivedAt: Timestamp
    /// The event's type.
    package var type: String?
    /// The entity's id.
    package var key: String?
    /// The event's id.
    package var eventID: EventID?
    /// The event's id as it came.
    package var eventIDText: String?
    /// When it happened, as it came.
    package var occurredAtText: String?
    /// The hash of the body.
    package var bodyHash: BodyHash
    /// The trace that the request belongs to, as it came.
    package var traceparent: String?
    /// The name of the API key that the sender used.
    package var apiKeyName: String

    /// An entry; what could not be read of the body is nil.
    package init(
        kind: Kind, receivedAt: Timestamp, type: String? = nil, key: String? = nil,
        eventID: EventID? = nil, eventIDText: String? = nil, occurredAtText: String? = nil,
        bodyHash: BodyHash, traceparent: String? = nil, apiKeyName: String
    ) {
        self.kind = kind
        self.receivedAt = receivedAt
        self.type = Self.bounded(type)
        self.key = Self.bounded(key)
        self.eventID = eventID
        self.eventIDText = Self.bounded(eventIDText)
        self.occurredAtText = Self.bounded(occurredAtText)
        self.bodyHash = bodyHash
        self.traceparent = Self.bounded(traceparent)
        self.apiKeyName = Self.bounded(apiKeyName) ?? ""
    }

    private static func bounded(_ text: String?) -> String? {
        guard let text, text.utf8.count <= Int(UInt16.max) else { return nil }
        return text
    }
}

/// A record of the journal: its place in the order of arrival, what is known of it, and the body
/// byte for byte.
package struct JournalRecord: Hashable, Sendable {
    /// Its number: 1 for the first of a journal, one more for each after it.
    package let sequence: UInt64
    /// All but the body.
    package let entry: JournalEntry
    /// The body as it came.
    package let body: [UInt8]

    /// A record.
    package init(sequence: UInt64, entry: JournalEntry, body: [UInt8]) {
        self.sequence = sequence
        self.entry = entry
        self.body = body
    }
}

/// What became of a webhook.
package enum RecordStatus: Hashable, Sendable {
    /// It goes to its topic.
    case accepted
    /// It is held, for this reason.
    case quarantined(QuarantineReason)
}

/// The journal's promise for one webhook: it is on disk.
package struct AppendReceipt: Hashable, Sendable {
    /// The sequence of the record: of the first copy, where this is another one.
    package let position: UInt64
    /// What becomes of it.
    package let status: RecordStatus
    /// Whether the same body was there already.
    package let duplicate: Bool
    /// Whether the journal has the same eventId under another type.
    ///
    /// By 60 bits of a hash, so it is for counting only.
    package let eventIDSeenUnderAnotherType: Bool
}

/// Why the journal promises nothing; all of them may pass.
package enum AppendRefusal: Error, Hashable, Sendable {
    /// The disk is full, and nothing published is left to give up.
    case noSpace
    /// The open batch is full: more comes in at once than the disk takes.
    case full
    /// The process is shutting down.
    case stopping
    /// A write or sync failed; the process ends.
    case failed
}
