import Events
import Simulator

/// Simulated life: requests as the sender would make them, retries and overtaken ones among them.
struct Stream {
    let requests: [SimulatedRequest]

    /// The same numbers give the same stream.
    init(events: Int, seed: UInt64, entities: Int = 200) {
        var configuration = SimulatorConfiguration()
        configuration.events = events
        configuration.seed = seed
        configuration.entities = entities
        configuration.retryShare = 0.05
        configuration.reorderShare = 0.1
        var generator = EventGenerator(configuration, start: Timestamp(seconds: 1_760_000_000))
        var requests: [SimulatedRequest] = []
        while let request = generator.next() { requests.append(request) }
        self.requests = requests
    }

    /// What is posted.
    var bodies: [[UInt8]] { requests.map(\.body) }

    /// The ids of all events.
    var eventIDs: Set<EventID> { Set(requests.map(\.eventID)) }

    /// The state that all of them give.
    func state() throws -> String {
        var model = StateModel()
        for request in requests where request.kind == .event { try model.apply(request.body) }
        return model.export
    }
}
