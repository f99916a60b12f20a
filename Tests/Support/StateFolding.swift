package import Events
package import JSON
package import Projection
package import Store

extension EntityState {
    /// The state that one event with these fields alone gives; values are JSON.
    package init(
        _ version: Version, replacing: Bool = false, _ fields: [(String, String)]
    ) {
        var writer = JSONWriter()
        writer.object { object in
            for (name, value) in fields {
                object.key(name)
                object.raw(value)
            }
        }
        var bytes: [UInt8] = []
        let text = PaddedBytes(writer.bytes)
        _ = try? JSONFieldReader().withFields(of: text, at: nil) { fields in
            EventState.encode(fields, version, replacing: replacing, to: &bytes)
        }
        guard let state = EntityState(encoded: bytes) else {
            preconditionFailure("an event gives no state")
        }
        self = state
    }

    /// The state that the event read last alone gives.
    package init(_ event: ScannedEvent, _ reader: RecordReader) throws(JSONError) {
        var bytes: [UInt8] = []
        try reader.encodeState(event.entry, event.version, to: &bytes)
        guard let state = EntityState(encoded: bytes) else {
            preconditionFailure("an event gives no state")
        }
        self = state
    }

    /// Merges another state, and says what that changed.
    @discardableResult
    package mutating func merge(_ other: EntityState) -> Effect {
        var merge = StateMerge()
        var merged: [UInt8] = []
        let effect = merge.merge(other.encoded.span, into: encoded.span, to: &merged)
        guard let effect, let state = EntityState(encoded: merged) else {
            preconditionFailure("a merge of states is no state")
        }
        self = state
        return effect
    }
}

extension StateStore {
    /// Opens the live generation of a folder that this process had open before: a process that
    /// another test starts at that moment has the lock until it runs its own program.
    package static func openAgain(
        _ folder: StateFolder, _ settings: StoreSettings
    ) throws -> StateStore {
        try eventually("the lock of \(folder.path)") {
            do {
                return try open(folder, settings)
            } catch StoreError.locked {
                return nil
            }
        }
    }

    /// Applies an event with these fields.
    @discardableResult
    package func apply(
        _ event: StoredEvent, _ fields: [(String, String)]
    ) throws(StoreError) -> Outcome {
        let alone = EntityState(
            event.version, replacing: event.entry.mode == .replace, fields)
        return try apply(event, alone.encoded.span)
    }
}
