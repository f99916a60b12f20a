package import JSON

/// Gives the fields of a body's snapshot as they came; one a thread.
///
/// The body must be one that `EventScanner` took as an event: nothing is checked again.
package final class SnapshotScanner {
    private let fields = JSONFieldReader()

    /// Makes a scanner.
    package init() {}

    /// Lends each top-level field of the snapshot: its name, unescaped, and its value as it came,
    /// without space around it.
    ///
    /// Fields come in the body's order; of a repeated one only the last. `visit` must not use this
    /// scanner; what is lent ends with the call.
    package func forEachField<E: Error>(
        of body: borrowing PaddedBytes, _ entry: CatalogueEntry,
        _ visit: (_ name: Span<UInt8>, _ value: Span<UInt8>) throws(E) -> Void
    ) throws(E) {
        try fields.forEachField(of: body, at: entry.snapshotPath, visit)
    }
}
