import Support
import Threads

/// Clients that behave badly beside the one that does not: refused, cut off, slow.
///
/// Each sends events with ids of their own, that would be routed if they were taken.
final class TortureNuisance: Sendable {
    /// What they did.
    struct Record: Sendable {
        /// How often each of them was at it.
        var counts: [String: Int] = [:]
        /// Ids that must be nowhere: refused for good, or never sent whole.
        var forbidden: Set<String> = []
        /// Bodies sent byte by byte, and the answers that said 200.
        var slow: [(body: [UInt8], answer: TortureAnswer)] = []
        /// Answers that should not have come.
        var wrong: [String] = []
        fileprivate var isStopped = false
        fileprivate var next = 0
    }

    private let port: Int
    private let state = Monitor(Record())
    private let workers = Monitor<[Worker]>([])

    /// Starts them; what they do follows from the seed.
    init(port: Int, seed: Int) {
        self.port = port
        let kinds: [(String, @Sendable (inout SeededGenerator) throws -> Void)] = [
            ("refused", { try self.sendRefused(&$0) }), ("cut off", { try self.sendCut(&$0) }),
            ("byte by byte", { try self.sendSlowly(&$0) }),
            ("headers without end", { try self.sendNoEnd(&$0) }),
        ]
        workers.withLock { workers in
            workers = kinds.enumerated().map { number, kind in
                Worker("nuisance-\(number)") { [state] in
                    var random = SeededGenerator(seed: seed &* 31 &+ number)
                    while !state.withLock({ $0.isStopped }) {
                        // Nobody may be listening at the moment.
                        if (try? kind.1(&random)) != nil {
                            state.withLock { $0.counts[kind.0, default: 0] += 1 }
                        }
                        for _ in 0..<Int.random(in: 2..<40, using: &random) { pauseBriefly() }
                    }
                }
            }
        }
    }

    /// Ends them, and gives what they did.
    func stop() -> Record {
        state.withLock { $0.isStopped = true }
        for worker in workers.withLock({ $0 }) { worker.join() }
        return state.withLock { $0 }
    }

    private func event(forbidden: Bool) throws -> (id: String, body: [UInt8]) {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let id = uuid(1_000_000 + number)
        if forbidden { state.withLock { _ = $0.forbidden.insert(id) } }
        let type = Fixture.types[number % Fixture.types.count]
        let key = "\(type.hasPrefix("license.") ? "license" : "order")-nuisance-\(number % 20)"
        return (id, try Fixture.body(type, eventID: id, key: key))
    }

    /// A request that no server takes: the wrong key, no JSON, too much of it.
    private func sendRefused(_ random: inout SeededGenerator) throws {
        let (id, whole) = try event(forbidden: true)
        var body = whole
        var key = Installation.key
        var type = "application/json"
        let expected: Int
        switch Int.random(in: 0..<4, using: &random) {
        case 0: (key, expected) = ("not-the-key-that-was-agreed-on", 401)
        case 1: (type, expected) = ("text/plain", 415)
        case 2:
            body = Array(whole.dropLast(Int.random(in: 10..<whole.count / 2, using: &random)))
            expected = 400
        default:
            body += Array(repeating: UInt8(ascii: " "), count: Self.bodyLimit)
            expected = 413
        }
        let link = try RawConnection(port: port)
        link.send(Sending.request(body, key: key, type: type))
        let status = try link.response(upTo: .seconds(20)).status
        guard status == expected || status == 503 else {
            state.withLock { $0.wrong.append("\(id) got \(status) instead of \(expected)") }
            return
        }
    }

    /// `ingress.bodyBytes` of a torture run.
    static let bodyLimit = 65_536

    /// A part of the body, then a reset or an ordinary end.
    private func sendCut(_ random: inout SeededGenerator) throws {
        let request = Sending.request(try event(forbidden: true).body, key: Installation.key)
        let link = try RawConnection(port: port)
        link.send(Array(request.prefix(Int.random(in: 1..<request.count, using: &random))))
        for _ in 0..<Int.random(in: 0..<20, using: &random) { pauseBriefly() }
        if Bool.random(using: &random) { link.reset() }
        link.close()
    }

    /// A webhook in small pieces, and again as often as it takes: it is an event like any other.
    private func sendSlowly(_ random: inout SeededGenerator) throws {
        let body = try event(forbidden: false).body
        let request = Sending.request(body, key: Installation.key)
        for number in 0..<Self.attempts {
            if let response = attempt(request, isSlow: number == 0, &random),
                response.status == 200
            {
                let answer = TortureAnswer(response, order: 0)
                state.withLock { $0.slow.append((body, answer)) }
                return
            }
            for _ in 0..<10 { pauseBriefly() }
        }
        state.withLock { $0.wrong.append("an event sent byte by byte was never acknowledged") }
    }

    /// How often a slow event is tried: for more than a minute where nobody listens.
    private static let attempts = 1_500

    private func attempt(
        _ request: [UInt8], isSlow: Bool, _ random: inout SeededGenerator
    ) -> RawResponse? {
        guard let link = try? RawConnection(port: port) else { return nil }
        var start = 0
        while start < request.count {
            let rest = request.count - start
            let count = isSlow ? min(rest, Int.random(in: 1..<60, using: &random)) : rest
            guard link.send(Array(request[start..<start + count])) else { return nil }
            start += count
            if isSlow { pauseBriefly() }
        }
        return try? link.response(upTo: .seconds(20))
    }

    /// Headers and no end of them, until the server has enough.
    private func sendNoEnd(_ random: inout SeededGenerator) throws {
        let link = try RawConnection(port: port)
        link.send("POST /webhooks/telness HTTP/1.1\r\nHost: localhost\r\n")
        for number in 0..<Int.random(in: 1..<400, using: &random) {
            guard link.send("X-Header-\(number): 1\r\n"), !state.withLock({ $0.isStopped }) else {
                return
            }
            pauseBriefly()
        }
    }
}
