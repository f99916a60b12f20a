package import Events
package import Projection
package import Store

extension StateStore {
    /// Keeps a record that cannot be applied; false if it was set aside before.
    @discardableResult
    package func keepDeadLetter(
        _ reason: DeadLetterReason, _ detail: String, at position: RecordPosition,
        key: Span<UInt8>?, value: Span<UInt8>?, timestamp: Int64? = nil, time: Timestamp
    ) throws(StoreError) -> Bool {
        try keep(
            DeadLetter(
                reason, detail, at: position, key: key, value: value, timestamp: timestamp,
                time: time))
    }
}
