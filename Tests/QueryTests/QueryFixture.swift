import Events
import HTTP
import HTTPClient
import JSON
import Kafka
import Projection
import Query
import Store
import Support
import Telemetry
import Testing
import Threads

/// The catalogue of these tests.
let catalogue: Catalogue = {
    let text = """
        {types: {
            "thing.changed": {
                entity: "thing", key: "data.id", snapshot: "data",
                filters: ["state", "size", "owner.name", "parts.0.name"],
            },
            "thing.reset": {entity: "thing", key: "data.id", snapshot: "data", mode: "replace"},
            "other.changed": {entity: "other", key: "data.id", snapshot: "data"},
        }}
        """
    do {
        return try Catalogue(json5: Array(text.utf8))
    } catch {
        preconditionFailure("\(error)")
    }
}()

/// A webhook of these tests.
struct SampleEvent {
    var type = "thing.changed"
    var id = "thing-1"
    /// Seconds after the beginning of 2026.
    var second = 1
    var number = 1
    /// Further members of the snapshot, as JSON text.
    var fields = #""state":"NEW""#

    var body: [UInt8] {
        let digits = String(number, radix: 16)
        let eventID =
            "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        let time = Timestamp(seconds: 1_767_225_600).adding(seconds: Int64(second))
        let text =
            #"{"eventId":"\#(eventID)","type":"\#(type)","occurredAt":"\#(time)","#
            + #""data":{"id":"\#(id)",\#(fields)}}"#
        return Array(text.utf8)
    }
}

/// A state in a folder, and what answers questions about it.
final class QueryFixture {
    let directory: TemporaryDirectory
    let folder: StateFolder
    let metrics = Metrics()
    private(set) var store: StateStore
    private let reader = RecordReader(catalogue: catalogue, prefix: "")
    private var next: Int64 = 0

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
        store = try StateStore.open(
            folder, .init(catalogue, cacheBytes: 1 << 20))
    }

    /// Applies an event that lies at an offset of `topic[0]`, in a transaction of its own.
    func apply(_ event: SampleEvent, at offset: Int64? = nil) throws {
        try apply([event], at: offset)
    }

    /// Applies events in one transaction.
    func apply(_ events: [SampleEvent], at offset: Int64? = nil) throws {
        if let offset { next = offset }
        try apply(events, to: store)
    }

    /// Makes a generation of these events alone the live one, as a replay does.
    func swap(to events: [SampleEvent]) throws {
        let replay = try folder.lockForReplay()
        defer { withExtendedLifetime(replay) {} }
        let (builder, generation) = try StateStore.build(
            in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try apply(events, to: builder)
        try builder.finish(generation, in: folder)
        let built = try StateStore.open(
            generation, in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try built.install(generation, in: folder, with: store.lock)
        store = built
    }

    private func apply(_ events: [SampleEvent], to store: StateStore) throws {
        try store.begin()
        for event in events {
            let position = RecordPosition(topic: event.type, partition: 0, offset: next)
            next += 1
            guard
                case .event(let scanned) = try reader.read(
                    key: Array(event.id.utf8).span, value: event.body.span, topic: event.type,
                    timestamp: nil)
            else { throw TimedOut(description: "no event: \(event)") }
            let stored = StoredEvent(
                entry: scanned.entry, id: scanned.key, version: scanned.version,
                position: position)
            _ = try store.apply(stored, EntityState(scanned, reader).encoded.span)
        }
        try store.commit()
    }

    /// Runs the server on a free port while the closure asks.
    func serving(
        keys: APIKeys? = nil, kafka: KafkaConfiguration = .init(bootstrapServers: "127.0.0.1:1"),
        status: ServiceStatus = .init(reasons: [], rate: 0, ends: [:]),
        _ change: (inout QueryConfiguration) -> Void = { _ in },
        _ body: (QueryClient) throws -> Void
    ) throws {
        var configuration = QueryConfiguration()
        configuration.port = 0
        change(&configuration)
        let server = try QueryServer(
            configuration, keys: keys,
            .init(folder: folder, catalogue: catalogue, kafka: kafka) { status },
            log: .silent, metrics: metrics)
        let worker = Worker("query") { server.run() }
        defer {
            server.stop()
            worker.join()
        }
        try body(QueryClient(port: server.port))
    }
}

/// Asks a running server.
struct QueryClient {
    let port: Int
    private let client = HTTPClient(timeout: .seconds(30))

    init(port: Int) {
        self.port = port
    }

    func get(_ path: String, _ headers: [(String, String)] = []) throws -> HTTPReply {
        try client.get("http://127.0.0.1:\(port)\(path)", headers: headers)
    }

    func post(_ path: String) throws -> HTTPReply {
        try client.post("http://127.0.0.1:\(port)\(path)", body: [1])
    }

    /// The answer's JSON, which must be one of status 200.
    func json(_ path: String) throws -> JSONNode {
        let reply = try get(path)
        try #require(reply.status == 200, "\(path): \(reply.text)")
        return try JSONNode(reply.body)
    }
}
