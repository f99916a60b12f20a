import Events
import Projection
import Store
import Support
import Testing

/// The catalogue of these tests: two types that merge, and one that replaces.
let catalogue: Catalogue = {
    let text = """
        {types: {
            "thing.changed": {entity: "thing", key: "data.id", snapshot: "data"},
            "thing.ended": {entity: "thing", key: "data.id", snapshot: "data", rank: 40},
            "thing.reset": {entity: "thing", key: "data.id", snapshot: "data", mode: "replace"},
        }}
        """
    do {
        return try Catalogue(json5: Array(text.utf8))
    } catch {
        preconditionFailure("\(error)")
    }
}()

/// An event for a store, with all that identifies it made from its content.
struct SampleEvent {
    var type = "thing.changed"
    var id = "thing-1"
    var seconds: Int64 = 1
    var eventID: UInt64 = 1
    var fields: [(name: String, value: String)] = [("a", "1")]
    var further: [UInt8] = []
    /// Another hash than that of the content.
    var hash: BodyHash?

    var version: Version {
        get throws {
            let body = "\(type) \(id) \(seconds) \(eventID) \(fields)"
            let entry = try #require(catalogue[type])
            return Version(
                occurredAt: Timestamp(seconds: seconds), updatedAt: nil, rank: entry.rank,
                eventID: EventID(high: 0, low: eventID),
                bodyHash: hash ?? BodyHash(hashing: Array(body.utf8).span))
        }
    }

    func stored(at offset: Int64) throws -> StoredEvent {
        StoredEvent(
            entry: try #require(catalogue[type]), id: id, version: try version,
            position: RecordPosition(topic: type, partition: 0, offset: offset), further: further)
    }
}

extension StateStore {
    /// A database of this process's own.
    static func inMemory(cacheBytes: Int = 1 << 20) throws -> StateStore {
        try StateStore(
            path: ":memory:", .init(catalogue, cacheBytes: cacheBytes))
    }

    /// Opens the live generation of a folder with the rules of these tests.
    static func open(_ folder: StateFolder, cacheBytes: Int = 1 << 20) throws -> StateStore {
        try open(folder, .init(catalogue, cacheBytes: cacheBytes))
    }

    /// Applies an event within the open transaction.
    @discardableResult
    func apply(_ event: SampleEvent, at offset: Int64 = 0) throws -> Outcome {
        try apply(event.stored(at: offset), event.fields.map { ($0.name, $0.value) })
    }

    /// Applies events in a transaction of their own, and says what became of each.
    @discardableResult
    func applyAll(_ events: [SampleEvent]) throws -> [Outcome] {
        try begin()
        let outcomes = try events.enumerated().map { try apply($1, at: Int64($0)) }
        try commit()
        return outcomes
    }
}

extension StateReader {
    /// The whole state as text.
    func exported(_ entities: [String]? = nil) throws -> String {
        let export = try StateExport(self, entities: entities)
        var text = ""
        while let line = try export.next() { text += String(decoding: line, as: UTF8.self) + "\n" }
        return text
    }
}
