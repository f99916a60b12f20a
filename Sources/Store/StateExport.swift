internal import Projection

/// The whole state as text, sorted by entity and id, so that two exports compare with `diff`.
package final class StateExport {
    private let reader: StateReader
    private var entities: ArraySlice<String>
    private var rows: EntityRows?
    private var entity = ""

    /// Begins an export of these entities, or of all; to be read inside a snapshot.
    package init(_ reader: StateReader, entities: [String]? = nil) throws(StoreError) {
        self.reader = reader
        if let entities {
            self.entities = entities.sorted()[...]
        } else {
            self.entities = try reader.entities()[...]
        }
    }

    /// The next entity's line without its line feed; nil at the end.
    ///
    /// `{"entity":"order","id":"order-1","state":{...}}`, the state in canonical form.
    package func next() throws(StoreError) -> [UInt8]? {
        while true {
            if let listed = try rows?.next() { return listed.state.exportLine(entity, listed.id) }
            guard let following = entities.popFirst() else { return nil }
            entity = following
            rows = try reader.rows(of: following)
        }
    }
}
