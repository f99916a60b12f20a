import Events
import Projection
@testable import Store

extension Version {
    /// A version that is as high as the number is.
    static func sample(_ number: Int64 = 1) -> Version {
        Version(
            occurredAt: Timestamp(seconds: number), updatedAt: nil, rank: 20,
            eventID: EventID(high: 1, low: UInt64(number)),
            bodyHash: BodyHash(high: 0, low: UInt64(number)))
    }
}

extension HistoryEntry {
    /// An event of `thing.changed`, at an offset of its own.
    static func sample(
        _ number: Int64, version: Int64? = nil, type: String = "thing.changed",
        outcome: Outcome = .applied
    ) -> HistoryEntry {
        HistoryEntry(
            number: number, type: type, version: .sample(version ?? number),
            position: RecordPosition(topic: type, partition: 0, offset: number),
            outcome: outcome, further: nil)
    }
}
