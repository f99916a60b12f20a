import Events
import JSON
import Simulator
import Support
import Testing

@Suite struct EventGeneratorTests {
    let start = Timestamp(seconds: 1_800_000_000)

    @Test func `the same seed and start give the same requests, others do not`() {
        let first = requests { _ in }
        #expect(first == requests { _ in })
        #expect(first != requests { $0.seed = 2 })
        var other = EventGenerator(configured { _ in }, start: start.adding(seconds: 1))
        #expect(other.next()?.eventID.description != id(first[0]))
    }

    @Test func `events are as the catalogue wants them, of every type it ships`() {
        let scanner = EventScanner(catalogue: .shipped)
        var types: [String: Int] = [:]
        var ids: Set<EventID> = []
        var bytes = 0
        for request in generated(4000, { _ in }) {
            guard
                case .event(let event) = scanner.scan(PaddedBytes(request.body), receivedAt: start)
            else {
                Issue.record("\(String(decoding: request.body, as: UTF8.self))")
                return
            }
            #expect(event.type == request.type)
            #expect(event.key == request.key)
            #expect(event.eventID == request.eventID)
            #expect(event.occurredAt == request.occurredAt)
            #expect((event.updatedAt != nil) == event.type.hasPrefix("order."))
            types[event.type, default: 0] += 1
            ids.insert(event.eventID)
            bytes += request.body.count
        }
        #expect(Set(types.keys) == Set(Catalogue.shipped.entries.map(\.type)))
        #expect(ids.count == 4000)
        #expect((1800...3200).contains(bytes / 4000), "\(bytes / 4000) bytes on average")
    }

    @Test(
        .enabled(
            if: JSONSchemaValidator.isAvailable,
            Comment(rawValue: JSONSchemaValidator.whyNot ?? "")))
    func `thousands of events are valid by the schemas of their types`() throws {
        let schemas = SchemaSet(.shipped)
        let byType = Dictionary(grouping: generated(5000, { _ in }), by: \.type)
        for (type, requests) in byType {
            let complaints = try JSONSchemaValidator.complaints(
                about: requests.map(\.body), schema: try #require(schemas.document(type)))
            #expect(complaints == [], "\(type)")
        }
        #expect(byType.count == Catalogue.shipped.entries.count)
    }

    @Test func `events occur when they are due, a few at the moment of the one before`() {
        let times = generated(1000) { $0.ratePerSecond = 2000 }.map(\.occurredAt)
        let late = times.enumerated().filter { index, time in
            abs(time.seconds(since: start) - Double(index) / 2000) > 0.000_001
        }
        #expect(late.count < 30)
        #expect(times == times.sorted())
        #expect(Set(times).count < 1000)
    }

    @Test func `each life goes in order, where nothing is held back`() {
        var last: [String: (time: Timestamp, type: String)] = [:]
        for request in generated(3000, { _ in }) {
            let before = last[request.key]
            if let before {
                #expect(before.time <= request.occurredAt)
                #expect(!["order.cancelled", "license.ended"].contains(before.type))
            } else {
                #expect(["order.submitted", "license.created"].contains(request.type))
            }
            last[request.key] = (request.occurredAt, request.type)
        }
        #expect(last.count > 100)
    }

    @Test func `retries are the same bytes, later`() {
        var seen: [EventID: [UInt8]] = [:]
        var retries = 0
        for request in generated(
            1000,
            {
                $0.retryShare = 0.2; $0.reorderShare = 0.2
            })
        {
            if request.kind == .retry {
                #expect(seen[request.eventID] == request.body)
                retries += 1
            } else {
                #expect(seen.updateValue(request.body, forKey: request.eventID) == nil)
            }
        }
        #expect(seen.count == 1000)
        #expect((120...280).contains(retries))
    }

    @Test func `what is held back is overtaken, and nothing is lost`() {
        let inOrder = generated(1000) { _ in }
        let mixed = generated(1000) { $0.reorderShare = 0.3 }
        #expect(inOrder.map(\.occurredAt) == inOrder.map(\.occurredAt).sorted())
        let late = zip(mixed, mixed.dropFirst()).filter { $0.occurredAt > $1.occurredAt }
        #expect(late.count > 100)
        #expect(mixed.count == 1000)
        #expect(Set(mixed.map(\.eventID)).count == 1000)
    }

    @Test func `faults are what they are called`() {
        let scanner = EventScanner(catalogue: .shipped)
        var counts: [SimulatedRequest.Kind: Int] = [:]
        var bodies: [EventID: [UInt8]] = [:]
        let requests = generated(2000) {
            $0.addFaults()
            $0.retryShare = 0.01
        }
        for request in requests {
            counts[request.kind, default: 0] += 1
            let isRight =
                switch scanner.scan(PaddedBytes(request.body), receivedAt: start) {
                case .malformed: request.kind == .malformed
                case .quarantine(.type, _): request.kind == .unknownType
                case .quarantine(.key, _): request.kind == .missingKey
                case .quarantine, .outOfMemory: false
                case .event: [.event, .retry, .conflict].contains(request.kind)
                }
            #expect(isRight, "\(request.kind)")
            if request.kind == .event { bodies[request.eventID] = request.body }
            if request.kind == .conflict {
                #expect(bodies[request.eventID] != nil)
                #expect(bodies[request.eventID] != request.body)
            }
        }
        #expect(counts.count == SimulatedRequest.Kind.allCases.count)
    }

    private func configured(
        _ change: (inout SimulatorConfiguration) -> Void
    ) -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        configuration.retryShare = 0
        configuration.reorderShare = 0
        change(&configuration)
        return configuration
    }

    private func generated(
        _ events: Int, _ change: (inout SimulatorConfiguration) -> Void
    ) -> [SimulatedRequest] {
        var configuration = configured(change)
        configuration.events = events
        var generator = EventGenerator(configuration, start: start)
        var requests: [SimulatedRequest] = []
        while let request = generator.next() { requests.append(request) }
        return requests
    }

    private func requests(_ change: (inout SimulatorConfiguration) -> Void) -> [[UInt8]] {
        generated(50, change).map(\.body)
    }

    private func id(_ body: [UInt8]) -> String? {
        let scanner = JSONScanner()
        guard (try? scanner.parse(PaddedBytes(body))) != nil else { return nil }
        return scanner.string(JSONPath(member: "eventId"))
    }
}
