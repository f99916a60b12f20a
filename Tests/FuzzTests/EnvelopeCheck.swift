import Events
import Projection
import Support

@testable import JSON

/// A body through the scanners of the ingress and of the consumer.
enum EnvelopeCheck {
    static let now = Timestamp(seconds: 1_800_000_000)

    /// The shipped types, and some whose paths go through arrays, deeper, and nowhere.
    static let catalogue: Catalogue = {
        let own = """
            {types: {
              l: {entity: "l", key: "data.0.id", snapshot: "data.0", data: "array"},
              n: {entity: "n", key: "data.a.b.c", snapshot: "data.a", data: "any",
                  history: ["data.a.h", "x.1"]},
              r: {entity: "r", key: "data.id", snapshot: "data", mode: "replace", rank: 9},
              t: {entity: "t", key: "eventId", snapshot: "data", data: "any"},
            """
        let shipped = Catalogue.shippedText.split(separator: "types: {", maxSplits: 1).last ?? ""
        do {
            return try Catalogue(json5: Array((own + shipped).utf8))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static func run(_ bytes: [UInt8]) throws {
        let body = PaddedBytes(bytes)
        let scanner = EventScanner(catalogue: catalogue)
        let result = scanner.scan(body, receivedAt: now)
        try same(result.line, scanner.scan(body, receivedAt: now).line, "a second scan")
        let document: ModelDocument
        do {
            document = try ModelDocument(bytes)
        } catch {
            try same(result.line, "malformed", "the model has it as no JSON")
            try hold(!isJSON(bytes), "the grammar takes what is no JSON")
            return
        }
        let model = ModelScan(document, catalogue)
        try hold(isJSON(bytes), "the grammar refuses JSON")
        try same(result.line, model.line(now: now), "the scan and the model")
        guard case .event(let event) = result else { return }
        try checkEvent(event, body, model)
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        (try? JSONGrammar.depth(of: bytes.span)) != nil
    }

    private static func checkEvent(
        _ event: ScannedEvent, _ body: PaddedBytes, _ model: ModelScan
    ) throws {
        try same(event.bodyHash, BodyHash(hashing: body.bytes.span), "the hash")
        try same(EventID(event.eventID.description), event.eventID, "the id, written and read")
        try same(
            Timestamp(rfc3339: event.occurredAt.rfc3339), event.occurredAt,
            "the time, written and read")
        var fields: [(name: [UInt8], value: [UInt8])] = []
        try SnapshotScanner().withFields(of: body, event.entry) { found in
            found.forEach { fields.append((Array(copying: $0), Array(copying: $1))) }
        }
        let expected = model.snapshot(event.entry) ?? []
        try same(fields.map(\.name), expected.map(\.name), "the snapshot's names")
        try same(fields.map(\.value), expected.map(\.value), "the snapshot's values")
        try checkState(event, body.bytes, fields: fields.count)
    }

    /// The event as the consumer reads and applies it.
    private static func checkState(_ event: ScannedEvent, _ bytes: [UInt8], fields: Int) throws {
        let reader = RecordReader(catalogue: catalogue, prefix: "")
        let content = try reader.read(
            key: event.key.utf8Span.span, value: bytes.span, topic: event.entry.topic,
            timestamp: nil)
        guard case .event(let read) = content else {
            throw Broken(description: "the consumer does not take it: \(content)")
        }
        let alone = try EntityState(read, reader)
        var state = EntityState()
        let effect = state.merge(alone)
        try same(effect.won, fields, "fields that the state has from it")
        try same(state.count, fields, "fields of the state")
        let once = state.encoded
        state.merge(alone)
        try same(state.encoded, once, "the state after the event came again")
        try same(EntityState(encoded: once)?.encoded, once, "the state, written and read")
        try hold(isJSON(state.canonicalJSON), "the export is no JSON")
        let further = reader.further(read.entry)
        try hold(further.isEmpty || isJSON(further), "the history's values are no JSON")
    }
}
