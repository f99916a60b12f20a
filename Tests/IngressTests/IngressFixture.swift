import Events
import HTTP
import Ingress
import Journal
import Support
import Telemetry
import Threads

/// An ingress on a free port with a journal of its own, both running.
final class IngressFixture {
    static let key = "a-key-of-the-tests"

    let folder: TemporaryDirectory
    let metrics = Metrics()
    let journal: JournalWriter
    let ingress: IngressServer
    private let threads: (journal: Worker, ingress: Worker)
    private var isRunning = true

    init(
        keys: APIKeys.Source? = nil, observer: (@Sendable (AcknowledgedWebhook) -> Void)? = nil,
        _ change: (inout IngressConfiguration) -> Void = { _ in }
    ) throws {
        folder = try TemporaryDirectory()
        journal = try Self.openJournal(folder)
        var configuration = IngressConfiguration()
        configuration.listener.host = "127.0.0.1"
        configuration.listener.port = 0
        change(&configuration)
        ingress = try IngressServer(
            configuration,
            keys: APIKeys(
                keys ?? APIKeys.Source("the test", text: "old: other-key, new: \(Self.key)"),
                log: .silent),
            catalogue: .shipped, journal: journal, log: .silent, metrics: metrics,
            observer: observer)
        let (journal, ingress) = (journal, ingress)
        threads = (
            Worker("journal") { try? journal.run() }, Worker("ingress") { ingress.run() }
        )
    }

    deinit { stop() }

    /// Stops ingress, then the journal, as a role does.
    func stop() {
        guard isRunning else { return }
        isRunning = false
        ingress.stop()
        threads.ingress.join()
        stopJournal()
    }

    /// Stops the journal alone.
    func stopJournal() {
        journal.stop()
        threads.journal.join()
    }

    func connect() throws -> RawConnection {
        try RawConnection(port: ingress.port)
    }

    /// Everything that is on disk, in order.
    func records() throws -> [JournalRecord] {
        let reader = try journal.reader(after: 0)
        var records: [JournalRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private static func openJournal(_ folder: TemporaryDirectory) throws -> JournalWriter {
        var configuration = JournalConfiguration()
        configuration.folder = folder.file("journal")
        configuration.segmentBytes = 4 << 20
        configuration.batchBytes = 4 << 20
        return try JournalWriter.open(configuration)
    }
}

/// A request to ingress: right in every way, but for what a test changes.
struct Post {
    var target = "/webhooks/telness"
    var method = "POST"
    /// Without Content-Length, which comes by itself.
    var headers = [
        "Host: h", "X-Api-Key: \(IngressFixture.key)", "Content-Type: application/json",
    ]
    var body: [UInt8]

    init(_ body: String) {
        self.body = Array(body.utf8)
    }

    init(_ body: [UInt8]) {
        self.body = body
    }

    /// Replaces the header that begins so, or takes it away.
    func with(_ name: String, _ line: String?) -> Post {
        var post = self
        post.headers.removeAll { $0.hasPrefix(name) }
        if let line { post.headers.append(line) }
        return post
    }

    var bytes: [UInt8] {
        let lines = ["\(method) \(target) HTTP/1.1"] + headers + ["Content-Length: \(body.count)"]
        return Array((lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8) + body
    }

    /// The body in chunks of this size.
    func chunked(_ size: Int) -> [UInt8] {
        let lines = ["\(method) \(target) HTTP/1.1"] + headers + ["Transfer-Encoding: chunked"]
        var bytes = Array((lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
        for start in stride(from: 0, to: body.count, by: size) {
            let piece = body[start..<min(start + size, body.count)]
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece
            bytes += Array("\r\n".utf8)
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }
}

/// Bodies of events.
enum Body {
    static func id(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "b3a2d5c4-1f2e-4a6b-9c7d-" + String(repeating: "0", count: 12 - digits.count)
            + digits
    }

    static func event(
        _ number: Int, type: String = "order.updated", data: String = #"{"orderId":"order-1"}"#,
        occurredAt: String = "2024-05-01T12:00:00Z"
    ) -> String {
        #"{"eventId":"\#(id(number))","type":"\#(type)","occurredAt":"\#(occurredAt)","data":\#(data)}"#
    }

    /// An event whose body has exactly so many bytes.
    static func event(_ number: Int, bytes: Int) -> [UInt8] {
        let short = Array(event(number).utf8)
        return short + [UInt8](repeating: UInt8(ascii: " "), count: bytes - short.count)
    }
}
