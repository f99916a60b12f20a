package import Events
internal import JSON
package import Projection
package import Store

/// What became of a record.
package enum RecordEffect: Sendable {
    /// An event, and what it did; `won` are the fields that the state now has from it, where they
    /// were asked for.
    case applied(ScannedEvent, Outcome, won: [String])
    /// No event: it is kept as a dead letter, for this reason.
    case deadLetter(DeadLetterReason, String)
    /// No event, and set aside before.
    case dropped
}

/// Applies records to a store, one by one, within the store's open transaction; one a thread.
package final class RecordApplier {
    private let store: StateStore
    private let reader: RecordReader
    /// The state that the event read last alone gives.
    private var state: [UInt8] = []

    /// Makes an applier.
    package init(_ store: StateStore, catalogue: Catalogue, prefix: String) {
        self.store = store
        reader = RecordReader(catalogue: catalogue, prefix: prefix)
    }

    /// Applies a record.
    ///
    /// Says what became of it, and by what it is recognised; `timestamp` is the record's own.
    package func apply(
        key: Span<UInt8>?, value: Span<UInt8>?, at position: RecordPosition,
        timestamp: Int64?, tellingFields: Bool = false
    ) throws(ConsumerError) -> (effect: RecordEffect, last: LastRecord) {
        let content = try readable(position) { () throws(JSONError) in
            try reader.read(
                key: key, value: value, topic: position.topic, timestamp: timestamp)
        }
        switch content {
        case .event(let event):
            let last = LastRecord(
                offset: position.offset, eventID: event.eventID, hash: event.bodyHash,
                timestamp: timestamp)
            return (try apply(event, position, tellingFields), last)
        case .deadLetter(let reason, let detail, let eventID):
            let letter = DeadLetter(
                reason, detail, at: position, key: key, value: value, timestamp: timestamp,
                time: .now())
            let isKept = try stored { () throws(StoreError) in try store.keep(letter) }
            let last = LastRecord(
                offset: position.offset, eventID: eventID, hash: letter.hash,
                timestamp: timestamp)
            return (isKept ? .deadLetter(reason, detail) : .dropped, last)
        }
    }

    private func apply(
        _ event: ScannedEvent, _ position: RecordPosition, _ tellsFields: Bool
    ) throws(ConsumerError) -> RecordEffect {
        let record = reader.stored(event, at: position)
        var won: [String] = []
        state.removeAll(keepingCapacity: true)
        try readable(position) { () throws(JSONError) in
            try reader.encodeState(event.entry, event.version, to: &state)
        }
        let alone = state
        let outcome = try stored { () throws(StoreError) in
            guard tellsFields else { return try store.apply(record, alone.span) }
            return try store.apply(record, alone.span) { won.append($0) }
        }
        return .applied(event, outcome, won: won)
    }
}

extension RecordReader {
    /// The event read last, as the store wants it.
    func stored(_ event: ScannedEvent, at position: RecordPosition) -> StoredEvent {
        StoredEvent(
            entry: event.entry, id: event.key, version: event.version, position: position,
            further: further(event.entry))
    }
}
