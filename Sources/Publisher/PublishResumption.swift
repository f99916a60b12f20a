internal import Journal
internal import Kafka

/// Where publishing goes on at a start of `exactly-once`: pure.
///
/// Kafka's position is committed together with the records, the journal's own checkpoint after
/// that: where Kafka's is as far or further, it is right. Where the checkpoint is further, Kafka
/// has lost its offset, or records were published without transactions meanwhile, or what lies
/// between was passed over: the checkpoint is right then, since it follows Kafka's word only.
struct PublishResumption {
    let local: PublishPosition
    /// The last record that the journal has.
    let durable: UInt64
    /// What Kafka has of this journal; nil for nothing.
    let committed: GroupOffset?

    /// The position; `fingerprint` is asked for a record of the journal, and answers nil where it
    /// is not there any longer.
    func position(
        fingerprint: (UInt64) throws -> RecordFingerprint?
    ) throws -> PublishPosition {
        guard let committed else { return local }
        guard let text = PositionText(committed.metadata, nextOffset: committed.nextOffset) else {
            throw PublisherError.unreadablePosition(
                "\(committed.nextOffset) \(committed.metadata)")
        }
        let position = text.position
        guard position.through <= durable else {
            throw PublisherError.beyondJournal(position: position.through, last: durable)
        }
        if text.fingerprint != .unknown, let found = try fingerprint(position.through),
            found != text.fingerprint
        {
            throw PublisherError.otherRecord(position: position.through)
        }
        return isBehind(position, local) ? local : position
    }

    /// The records that may be in Kafka twice: published after the checkpoint, and published again
    /// because Kafka does not have the position that was committed with them; nil for none.
    var doubtful: ClosedRange<UInt64>? {
        guard local != PublishPosition(through: 0), local.lowest < durable else { return nil }
        if let committed {
            // Also a checkpoint with lanes goes on without a transaction, past what waits for them.
            let isLost = committed.nextOffset <= Int64(local.through) && local.lanes.isEmpty
            guard isLost else { return nil }
        }
        return local.lowest + 1...durable
    }

    private func isBehind(_ one: PublishPosition, _ other: PublishPosition) -> Bool {
        (one.through, one.lowest) < (other.through, other.lowest)
    }
}
