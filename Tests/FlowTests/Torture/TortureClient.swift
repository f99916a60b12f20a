import Simulator
import Support
import Synchronization
import Threads

/// One answer that settled a request: 200, or a refusal for good.
struct TortureAnswer: Sendable {
    /// The how manieth answer of the client this was.
    let order: Int
    let status: Int
    /// Of a 200: the place in the journal, whether it goes to its topic, whether it was known.
    var position: UInt64 = 0
    var isAccepted = false
    var isDuplicate = false

    init(_ response: RawResponse, order: Int) {
        self.order = order
        status = response.status
        guard status == 200 else { return }
        let body = JSONSlice(Array(response.body.utf8))
        position = body["position"].flatMap { UInt64($0.text) } ?? 0
        isAccepted = body["status"]?.text == "accepted"
        isDuplicate = body["duplicate"]?.text == "true"
    }
}

/// Sends a traffic at its rate over several connections, each request until it is settled, and keeps
/// a record of all answers.
final class TortureClient: Sendable {
    /// How it went so far.
    struct Record: Sendable {
        /// By the index of the item, in the order in which they came.
        var answers: [Int: [TortureAnswer]] = [:]
        /// How often each status came.
        var statuses: [Int: Int] = [:]
        /// How often no answer came: refused, cut or silent.
        var unanswered = 0
        fileprivate var order = 0
        fileprivate var next = 0
        fileprivate var isStopped = false
    }

    /// Connections of the keys that have none of their own.
    private static let free = 8

    private let port: Int
    private let perSecond: Int
    private let items: [TortureTraffic.Item]
    private let unbound: [Int]
    private let start = ContinuousClock.now
    private let state = Monitor(Record())
    private let workers = Monitor<[Worker]>([])

    /// Starts to send.
    init(_ traffic: TortureTraffic, port: Int, perSecond: Int) {
        self.port = port
        self.perSecond = perSecond
        items = traffic.items
        unbound = traffic.items.indices.filter { traffic.items[$0].lane == nil }
        var workers: [Worker] = []
        for lane in 0..<TortureTraffic.lanes {
            let own = traffic.items.indices.filter { traffic.items[$0].lane == lane }
            workers.append(Worker("lane-\(lane)") { self.sendInTurn(own) })
        }
        for number in 0..<Self.free { workers.append(Worker("free-\(number)") { self.sendFree() }) }
        self.workers.withLock { $0 = workers }
    }

    /// How it went so far.
    var record: Record { state.withLock { $0 } }

    /// Sends nothing more.
    func stop() {
        state.withLock { $0.isStopped = true }
        for worker in workers.withLock({ $0 }) { worker.join() }
    }

    /// Waits until every request is settled.
    func waitForAll(upTo limit: Duration) throws {
        defer { stop() }
        try eventually("all requests to be settled", upTo: limit) {
            state.withLock { $0.answers.count >= items.count }
        }
    }

    // MARK: - The threads

    private func sendInTurn(_ indices: [Int]) {
        var connection: RawConnection?
        for index in indices where !isStopped {
            waitUntilDue(index)
            deliver(index, &connection)
        }
    }

    private func sendFree() {
        var connection: RawConnection?
        while let index = takeNext() {
            waitUntilDue(index)
            if items[index].twice { sendTwice(index) }
            deliver(index, &connection)
        }
    }

    private func takeNext() -> Int? {
        state.withLock { state in
            guard !state.isStopped, state.next < unbound.count else { return nil }
            defer { state.next += 1 }
            return unbound[state.next]
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func waitUntilDue(_ index: Int) {
        let due = start + .seconds(1) * index / perSecond
        while .now < due, !isStopped { pauseBriefly() }
    }

    /// Tries until there is an answer that counts.
    private func deliver(_ index: Int, _ connection: inout RawConnection?) {
        let request = Sending.request(items[index].request.body, key: Installation.key)
        while !isStopped {
            do {
                let link = try connection ?? RawConnection(port: port)
                connection = link
                link.send(request)
                let response = try link.response(upTo: .seconds(20))
                if response["connection"] == "close" { connection = nil }
                if settle(index, response) { return }
            } catch {
                connection = nil
                state.withLock { $0.unanswered += 1 }
            }
            // A refused connection answers at once: not ten thousand tries a second.
            for _ in 0..<4 { pauseBriefly() }
        }
    }

    /// The same event at the same moment on two connections of its own; what gets no answer is left
    /// to the ordinary way.
    private func sendTwice(_ index: Int) {
        let request = Sending.request(items[index].request.body, key: Installation.key)
        guard let one = try? RawConnection(port: port), let two = try? RawConnection(port: port)
        else { return }
        one.send(request)
        two.send(request)
        for link in [one, two] {
            if let response = try? link.response(upTo: .seconds(20)) { _ = settle(index, response) }
        }
    }

    /// Whether the sender is done with it: it was taken, or it will never be.
    private func settle(_ index: Int, _ response: RawResponse) -> Bool {
        state.withLock { state in
            state.statuses[response.status, default: 0] += 1
            guard response.status == 200 || 400..<429 ~= response.status else { return false }
            state.answers[index, default: []].append(
                TortureAnswer(response, order: state.order))
            state.order += 1
            return true
        }
    }
}
