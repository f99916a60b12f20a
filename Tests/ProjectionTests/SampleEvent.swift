import Events
import JSON
import Projection
import Support

/// An event as the projection sees it, made from a seed.
struct SampleEvent {
    var version: Version
    var replacing: Bool
    var fields: [(name: String, value: String)]

    /// An event whose hash follows from all that it says, as that of a real body does.
    init(
        at seconds: Int64, updatedAt: Int64? = nil, rank: UInt8 = 20, id: UInt64 = 1,
        replacing: Bool = false, _ fields: [(name: String, value: String)]
    ) {
        let body = "\(seconds) \(String(describing: updatedAt)) \(id) \(replacing) \(fields)"
        version = Version(
            occurredAt: Timestamp(seconds: seconds),
            updatedAt: updatedAt.map { Timestamp(seconds: $0) }, rank: rank,
            eventID: EventID(high: 0, low: id), bodyHash: BodyHash(hashing: Array(body.utf8).span))
        self.replacing = replacing
        self.fields = fields
    }

    /// Times, ids and names from small sets, so that they meet often.
    static func random(_ generator: inout SeededGenerator) -> SampleEvent {
        let names = ["a", "ab", "b", "state", "zebra", "å", ""]
        let values = ["1", "2.50", "null", "\"x\"", "[1, 2]", "{\"k\": null}", "true"]
        let count = Int.random(in: 0...5, using: &generator)
        let fields = (0..<count).map { _ in
            (
                names.randomElement(using: &generator) ?? "",
                values.randomElement(using: &generator) ?? ""
            )
        }
        return SampleEvent(
            at: .random(in: 0...3, using: &generator),
            updatedAt: Bool.random(using: &generator) ? .random(in: 0...2, using: &generator) : nil,
            rank: [10, 20, 30].randomElement(using: &generator) ?? 20,
            id: .random(in: 1...4, using: &generator),
            replacing: Int.random(in: 0..<6, using: &generator) == 0, fields)
    }
}

extension EntityState {
    /// Applies one sample.
    @discardableResult
    mutating func apply(_ event: SampleEvent) -> Effect {
        merge(EntityState(alone: event))
    }

    /// The state that one event alone gives.
    init(alone event: SampleEvent) {
        let fields = event.fields.map { ($0.name, $0.value) }
        self.init(event.version, replacing: event.replacing, fields)
    }

    /// The state that these events give, in this order.
    init(_ events: some Sequence<SampleEvent>) {
        self.init()
        for event in events { apply(event) }
    }

    /// The canonical form as text.
    var text: String { String(decoding: canonicalJSON, as: UTF8.self) }
}
