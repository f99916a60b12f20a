package import Events
internal import JSON

/// Makes requests as the sender of the webhooks would, out of lives of orders and licences.
///
/// Everything follows from the seed and the start: no clock is read.
package struct EventGenerator: Sendable {
    private let configuration: SimulatorConfiguration
    private var random: SeededRandom
    private let start: Timestamp
    private var clock: Timestamp
    private var orders: [OrderLife] = []
    private var licenses: [LicenseLife] = []
    private var late = LateRequests()
    private var made = 0

    /// Starts with no lives; the first event occurs at `start`.
    package init(_ configuration: SimulatorConfiguration, start: Timestamp) {
        self.configuration = configuration
        // The start goes in too: another run must not send the same ids with other times.
        random = SeededRandom(
            seed: configuration.seed &+ UInt64(bitPattern: start.seconds) &* 0x9E37_79B9
                &+ UInt64(start.nanoseconds))
        self.start = start
        clock = start
    }

    /// The next request, or nil where all that was asked for has been made.
    package mutating func next() -> SimulatedRequest? {
        while true {
            if let request = late.due(at: made) { return request }
            if let limit = configuration.events, made >= limit { return late.rest() }
            let request = make()
            made += 1
            // Held back: those that follow overtake it.
            guard random.happens(configuration.reorderShare) else {
                return request
            }
            late.add(request, at: made + random.within(1...configuration.reorderDistance))
        }
    }

    private mutating func make() -> SimulatedRequest {
        tick()
        let id = EventID(high: random.next(), low: random.next())
        if random.happens(configuration.malformedShare) {
            return request(.malformed, id, advance()) { Array($0.prefix($0.count / 2)) }
        }
        if random.happens(configuration.unknownTypeShare) {
            let step = advance()
            return request(.unknownType, id, (step.key, "simulated.unknown", step.data)) { $0 }
        }
        if random.happens(configuration.missingKeyShare) {
            let step = advance()
            return request(.missingKey, id, (step.key, step.type, Array("{}".utf8))) { $0 }
        }
        let event = request(.event, id, advance()) { $0 }
        if random.happens(configuration.retryShare) { again(event.becoming(.retry)) }
        if random.happens(configuration.conflictShare) {
            // A body of the same meaning that is not the same: one space more.
            again(event.becoming(.conflict, body: event.body + [UInt8(ascii: " ")]))
        }
        return event
    }

    /// Well after the event itself, also where that is held back.
    private mutating func again(_ request: SimulatedRequest) {
        let distance = configuration.reorderDistance
        late.add(request, at: made + distance + random.within(2...distance + 2))
    }

    /// Moves the clock on; what occurs at the rate of sending occurs at the moment it is due.
    private mutating func tick() {
        let rate = configuration.ratePerSecond > 0 ? configuration.ratePerSecond : 1000
        let offset = Double(made) / max(rate, 0.01)
        let nanoseconds =
            Int64(start.nanoseconds) + Int64(offset.truncatingRemainder(dividingBy: 1) * 1e9)
        let now = Timestamp(
            seconds: start.seconds + Int64(offset) + nanoseconds / 1_000_000_000,
            nanoseconds: Int32(nanoseconds % 1_000_000_000))
        // Now and then two events of the same instant: rank and id must decide then.
        if !random.happens(Self.tieShare) { clock = now }
    }

    private static let tieShare = 0.01

    /// Lets one of the lives go a step on.
    private mutating func advance() -> (key: String, type: String, data: [UInt8]) {
        if orders.isEmpty || orders.count + licenses.count < configuration.entities {
            orders.append(OrderLife(at: clock, &random))
        }
        let index = random.below(orders.count + licenses.count)
        return index < orders.count
            ? advanceOrder(index) : advanceLicense(index - orders.count)
    }

    private mutating func advanceOrder(_ index: Int) -> (key: String, type: String, data: [UInt8]) {
        let (type, data) = orders[index].step(at: clock, &random)
        let order = orders[index]
        if order.isOver {
            orders.swapAt(index, orders.count - 1)
            orders.removeLast()
            licenses += order.licenses.map { LicenseLife(id: $0, of: order.person, &random) }
        }
        return (order.id, type, data)
    }

    private mutating func advanceLicense(
        _ index: Int
    ) -> (key: String, type: String, data: [UInt8]) {
        let (type, data) = licenses[index].step(at: clock)
        let license = licenses[index]
        if license.isOver {
            licenses.swapAt(index, licenses.count - 1)
            licenses.removeLast()
        }
        return (license.id, type, data)
    }

    private func request(
        _ kind: SimulatedRequest.Kind, _ id: EventID,
        _ step: (key: String, type: String, data: [UInt8]), _ change: ([UInt8]) -> [UInt8]
    ) -> SimulatedRequest {
        var writer = JSONWriter(capacity: step.data.count + 200)
        writer.object { envelope in
            envelope.field("eventId", id.description)
            envelope.field("type", step.type)
            envelope.field("occurredAt", clock.rfc3339)
            envelope.key("data")
            envelope.raw(step.data.span)
        }
        return SimulatedRequest(
            kind: kind, type: step.type, key: step.key, eventID: id, occurredAt: clock,
            body: change(writer.bytes))
    }
}
