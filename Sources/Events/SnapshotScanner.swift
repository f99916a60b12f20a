package import JSON

/// Gives the fields of a body's snapshot as they came; one a thread.
///
/// The body must be one that `EventScanner` took as an event: nothing is checked again.
package final class SnapshotScanner {
    private let fields = JSONFieldReader()

    /// Makes a scanner.
    package init() {}

    /// Lends the top-level fields of the snapshot.
    ///
    /// `use` must not use this scanner; what is lent ends with the call. Throws `memory` if there is
    /// none for them.
    package func withFields<R>(
        of body: borrowing PaddedBytes, _ entry: CatalogueEntry,
        _ use: (borrowing JSONFields) -> R
    ) throws(JSONError) -> R {
        try fields.withFields(of: body, at: entry.snapshotPath, use)
    }
}
