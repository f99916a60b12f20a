import Glibc
import Journal
import Support
import Testing
import Threads

extension Flows {
    /// Thousands of requests with something wrong, against `serve` as a process, without a Kafka.
    ///
    /// `HTTP_FUZZ_SECONDS` is how long it goes on. What failed is told with its seed:
    /// `HTTP_FUZZ_SEED` begins with that one.
    @Suite struct HTTPMutationTests {
        private static let seconds = Environment["HTTP_FUZZ_SECONDS"].flatMap(Int.init) ?? 4
        private static let seed = Environment["HTTP_FUZZ_SEED"].flatMap(Int.init) ?? 1

        @Test(.timeLimit(.minutes(10)))
        func `whatever is sent, serve answers well and keeps what it acknowledged`() throws {
            let installation = try Installation(
                bootstrapServers: "127.0.0.1:1",
                settings: [
                    "ingress": """
                    bodyBytes: \(MutatedRequest.bodyLimit), idleMilliseconds: 300, \
                    headerMilliseconds: 500, bodyMilliseconds: 500
                    """
                ])
            let serve = try installation.serve()
            let sending = MutatedSending(port: installation.ingressPort, firstSeed: Self.seed)
            let deadline = ContinuousClock.now + .seconds(Self.seconds)
            try eventually("the time to be over", upTo: .seconds(Self.seconds + 30)) {
                serve.endIfAny != nil || !sending.failures.isEmpty || .now >= deadline
            }
            sending.stop()

            #expect(serve.endIfAny == nil, "\(serve.errors.suffix(2_000))")
            #expect(sending.failures.isEmpty, "\(sending.failures.joined(separator: "\n\n"))")
            #expect(try installation.ask("serve", "/livez").status == 200)
            let good = MutatedSending.Good(port: installation.ingressPort)
            #expect(try good.status() == 200)
            try eventually("all connections to be closed") {
                try installation.metric("serve", "hookline_http_connections{listener=\"ingress\"}")
                    == 0
            }
            serve.send(SIGTERM)
            let end = try serve.waitForEnd(upTo: .seconds(10))
            #expect(end == .exited(0), "\(serve.errors.suffix(4_000))")
            let problems = try sending.check(journal: installation.folder.file("journal"))
            #expect(problems.isEmpty, "\(problems.joined(separator: "\n\n"))")
            print("mutated requests: \(sending.summary)")
        }
    }
}

/// An answer that said 200, and what had been sent on its connection.
private struct Acknowledged {
    let seed: Int
    let sent: [UInt8]
    let body: [UInt8]

    func field(_ name: String) -> String? { JSONSlice(body)[name]?.text }

    var position: UInt64? { field("position").flatMap { UInt64($0) } }
}

/// Several connections at once, each request with a seed of its own.
private final class MutatedSending: Sendable {
    private struct State {
        var next: Int
        var stopped = false
        var failures: [String] = []
        var acknowledged: [Acknowledged] = []
        var statuses: [Int: Int] = [:]
        var unanswered = 0
    }

    private let port: Int
    private let state: Monitor<State>
    private let workers = Monitor<[Worker]>([])

    init(port: Int, firstSeed: Int, connections: Int = 48) {
        self.port = port
        state = Monitor(State(next: firstSeed))
        workers.withLock { workers in
            workers = (0..<connections).map { Worker("mutant-\($0)") { self.work() } }
        }
    }

    var failures: [String] { state.withLock { $0.failures } }

    var summary: String {
        state.withLock { state in
            let statuses = state.statuses.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value)" }
            return "up to seed \(state.next - 1), \(state.unanswered) without an answer, "
                + statuses.joined(separator: ", ")
        }
    }

    func stop() {
        state.withLock { $0.stopped = true }
        for worker in workers.withLock({ $0 }) { worker.join() }
    }

    private func work() {
        while let seed = takeSeed() {
            let request = MutatedRequest(seed: seed)
            do {
                try send(request, seed)
            } catch {
                let sent = String(decoding: request.bytes.prefix(2_000), as: UTF8.self)
                state.withLock {
                    $0.failures.append(
                        "HTTP_FUZZ_SEED=\(seed): \(error)\nsent \(sent.debugDescription)")
                }
            }
        }
    }

    private func takeSeed() -> Int? {
        state.withLock { state in
            // A few failures say enough.
            guard !state.stopped, state.failures.count < 3 else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    private func send(_ request: MutatedRequest, _ seed: Int) throws {
        guard let expected = request.validCount else {
            return note(try exchange(request), request, seed)
        }
        // On a busy machine a clock may run out: the real sender tries again, too.
        var statuses: [Int] = []
        for _ in 0..<5 {
            let answers = try exchange(request)
            note(answers, request, seed)
            statuses = answers.map(\.status)
            if statuses == Array(repeating: 200, count: expected) { return }
        }
        throw TimedOut(description: "valid, and the answers are \(statuses)")
    }

    private func exchange(_ request: MutatedRequest) throws -> [HTTPAnswers.Answer] {
        let connection = try RawConnection(port: port)
        for piece in request.pieces where !connection.send(piece) { break }
        switch request.ending {
        case .close: return []
        case .reset:
            connection.reset()
            return []
        case .read: break
        case .endSending: connection.endSending()
        }
        // It closes by itself: its clocks see to that.
        let text = try connection.readToEnd(upTo: .seconds(30))
        return try HTTPAnswers(text, mayBeCut: request.validCount == nil).answers
    }

    private func note(
        _ answers: [HTTPAnswers.Answer], _ request: MutatedRequest, _ seed: Int
    ) {
        let sent = request.bytes
        state.withLock { state in
            if answers.isEmpty { state.unanswered += 1 }
            for answer in answers {
                state.statuses[answer.status, default: 0] += 1
                guard answer.status == 200 else { continue }
                state.acknowledged.append(
                    Acknowledged(seed: seed, sent: sent, body: answer.body))
            }
        }
    }

    /// A request that is as it should be.
    struct Good {
        let port: Int

        func status() throws -> Int {
            let connection = try RawConnection(port: port)
            let body = "{}"
            connection.send(
                """
                POST /webhooks/telness HTTP/1.1\r
                Host: h\r
                X-Api-Key: \(Installation.key)\r
                Content-Length: \(body.utf8.count)\r
                \r
                \(body)
                """)
            return try connection.response().status
        }
    }
}

extension MutatedSending {
    /// What was acknowledged against what the journal holds after the end.
    fileprivate func check(journal folder: String) throws -> [String] {
        var configuration = JournalConfiguration()
        configuration.folder = folder
        let reader = try JournalWriter.open(configuration).reader(after: 0)
        var records: [UInt64: JournalRecord] = [:]
        var problems: [String] = []
        var bodies: Set<[UInt8]> = []
        while let record = try reader.next() {
            records[record.sequence] = record
            if !bodies.insert(record.body).inserted {
                problems.append("record \(record.sequence) is there twice")
            }
            if (try? ModelDocument(record.body)) == nil {
                problems.append("record \(record.sequence) is no JSON: \(record.body)")
            }
        }
        var firsts: Set<UInt64> = []
        for one in state.withLock({ $0.acknowledged }) {
            if let problem = problem(one, records, &firsts) {
                problems.append("HTTP_FUZZ_SEED=\(one.seed): \(problem)")
            }
        }
        return Array(problems.prefix(5))
    }

    private func problem(
        _ one: Acknowledged, _ records: [UInt64: JournalRecord], _ firsts: inout Set<UInt64>
    ) -> String? {
        let answer = String(decoding: one.body, as: UTF8.self)
        guard (try? ModelDocument(one.body)) != nil, let position = one.position,
            let record = records[position]
        else { return "nothing in the journal for \(answer)" }
        if one.field("duplicate") == "false", !firsts.insert(position).inserted {
            return "twice the first copy: \(answer)"
        }
        let status = record.entry.kind == .event ? "accepted" : "quarantined"
        guard one.field("status") == status else { return "it is \(status), and not \(answer)" }
        guard one.field("eventId") == record.entry.eventIDText ?? "null" else {
            return "another eventId than the record's: \(answer)"
        }
        guard SentBodies(one.sent).contains(record.body) else {
            return "record \(position) is not what was sent: \(record.body)"
        }
        return nil
    }
}

/// The bodies that bytes on a connection may be read as.
private struct SentBodies {
    private let sent: [UInt8]

    init(_ sent: [UInt8]) { self.sent = sent }

    /// Whether the body stands there as it is, or in chunks behind the end of some head.
    func contains(_ body: [UInt8]) -> Bool {
        let first = body.first ?? 0
        for start in sent.indices {
            if sent[start] == first, sent[start...].starts(with: body) { return true }
            if start >= 4, sent[(start - 4)..<start].elementsEqual("\r\n\r\n".utf8),
                chunks(from: start) == body
            {
                return true
            }
        }
        return false
    }

    private func chunks(from start: Int) -> [UInt8]? {
        var body: [UInt8] = []
        var rest = sent[start...]
        while let end = rest.firstIndex(of: 0x0A) {
            let digits = rest[..<end].prefix { Character(Unicode.Scalar($0)).isHexDigit }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            rest = rest[(end + 1)...]
            if size == 0 { return body }
            guard rest.count > size else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size)
            if rest.first == 0x0D { rest = rest.dropFirst() }
            if rest.first == 0x0A { rest = rest.dropFirst() }
        }
        return nil
    }
}
