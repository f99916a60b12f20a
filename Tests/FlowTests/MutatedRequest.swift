import Support

/// What one connection sends, made of a seed: valid webhooks, or such with something wrong.
struct MutatedRequest {
    enum Ending: Equatable {
        /// Reads until the server closes: after an answer that says so, or when a clock runs out.
        case read
        /// Says that nothing more comes, then reads. The library takes that for the end of the
        /// connection, so there may be no answer.
        case endSending
        /// Closes without reading.
        case close
        /// Resets.
        case reset
    }

    /// The pieces, each its own call of the system.
    private(set) var pieces: [[UInt8]] = []
    private(set) var ending = Ending.read
    /// Where nothing is wrong: how many answers with 200 must come.
    private(set) var validCount: Int?

    private var random: SeededGenerator

    static let bodyLimit = 16_384

    var bytes: [UInt8] { Array(pieces.joined()) }

    init(seed: Int) {
        random = SeededGenerator(seed: seed)
        let count = chance(4) ? below(4) + 1 : 1
        var requests: [[UInt8]] = []
        let isValid = chance(5)
        for index in 0..<count {
            requests.append(
                isValid ? validRequest(isLast: index == count - 1) : strangeRequest())
        }
        var bytes = Array(requests.joined())
        if isValid {
            validCount = count
        } else {
            if chance(2) { damage(&bytes) }
            ending = randomEnding()
        }
        split(bytes)
    }

    // MARK: - Requests

    private mutating func validRequest(isLast: Bool) -> [UInt8] {
        let body = event()
        var lines = [
            "POST /webhooks/telness HTTP/1.1", "Host: h", "X-Api-Key: \(Installation.key)",
            "Content-Type: application/json",
        ]
        if isLast { lines.append("Connection: close") }
        if chance(2) {
            lines.append("Content-Length: \(body.count)")
            return head(lines) + body
        }
        lines.append("Transfer-Encoding: chunked")
        return head(lines) + chunked(body, isStrange: false)
    }

    /// A request each part of which may be wrong.
    private mutating func strangeRequest() -> [UInt8] {
        var body = chance(3) ? strangeBody() : event()
        if chance(12) { body += [UInt8](repeating: 0x20, count: Self.bodyLimit) }
        var lines = [startLine()]
        if !chance(15) { lines.append("Host: h") }
        if !chance(12) {
            lines.append(chance(12) ? "X-Api-Key: no" : "x-api-key: \(Installation.key)")
        }
        if !chance(6) { lines.append("Content-Type: \(contentType())") }
        lines += framing(body)
        if !chance(4) { lines.append("Connection: close") }
        if chance(3) { lines.insert(strangeLine(), at: below(lines.count) + 1) }
        if lines.contains(where: { $0.hasPrefix("Transfer") }), !chance(10) {
            body = chunked(body, isStrange: chance(3))
        }
        return head(lines) + body
    }

    private mutating func startLine() -> String {
        guard chance(5) else { return "POST /webhooks/telness HTTP/1.1" }
        let methods = ["POST", "GET", "PUT", "DELETE", "post", "", "PO ST", "OPTIONS", "TRACE"]
        let paths = [
            "/webhooks/telness", "/", "", "/webhooks/telness?a=b", "/webhooks/telness/",
            "/webhooks/%74elness", "//webhooks/telness", "*", "http://h/webhooks/telness",
            "/" + String(repeating: "a", count: below(40_000)),
        ]
        let versions = [
            "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "", "HTTP/1.1 ",
        ]
        return "\(pick(methods)) \(pick(paths)) \(pick(versions))"
    }

    private mutating func contentType() -> String {
        pick([
            "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "text/plain",
            "application/json; charset=latin1", "", "application/jsonx", "application/json;",
        ])
    }

    private mutating func framing(_ body: [UInt8]) -> [String] {
        let length = body.count
        switch below(10) {
        case 0..<4: return ["Content-Length: \(length)"]
        case 4..<7: return ["Transfer-Encoding: chunked"]
        case 7:
            let values = [
                "\(length + 1)", "\(max(0, length - 1))", "+\(length)", "-1", "0\(length)", "0x10",
                "",
                " ", "99999999999999999999", "\(length),\(length)", "9223372036854775807", "0",
            ]
            return ["Content-Length: \(pick(values))"]
        case 8:
            let values = [
                "gzip", "chunked, chunked", "identity", "Chunked", " chunked", "chunked,",
            ]
            return ["Transfer-Encoding: \(pick(values))"]
        default:
            return pick([
                [], ["Content-Length: \(length)", "Transfer-Encoding: chunked"],
                ["Content-Length: \(length)", "Content-Length: \(length)"],
                ["Content-Length: \(length)", "Content-Length: \(length + 1)"],
            ])
        }
    }

    private mutating func strangeLine() -> String {
        let name = pick([
            "X-A", "X-A ", "", " ", "Host", "Connection", "Expect", "traceparent", "X-Api-Key",
        ])
        let value = pick([
            "close", "keep-alive", "100-continue", "upgrade", "a\0b", "a\u{7F}", "a\nX-B: c", "a\r",
            "\u{1}", " ", "a\r\n b", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            String(repeating: "a", count: below(20_000)),
        ])
        return chance(12) ? value : "\(name):\(value)"
    }

    private func head(_ lines: [String]) -> [UInt8] {
        Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    // MARK: - Bodies

    /// One of a few hundred, so that they come again, and with another body.
    private mutating func event() -> [UInt8] {
        let number = below(600)
        let types = ["order.updated", "order.submitted", "subscription.created"]
        let text = """
            {"eventId":"\(uuid(number))","type":"\(chance(10) ? pick(types) : types[0])",\
            "occurredAt":"2026-01-02T03:04:05Z","data":{"orderId":"order-\(number % 7)",\
            "variant":\(chance(8) ? below(3) : 0),"text":"\(String(repeating: "å", count: number))"}}
            """
        return Array(text.utf8)
    }

    private mutating func strangeBody() -> [UInt8] {
        var body = event()
        switch below(4) {
        case 0: damage(&body)
        case 1:
            return Array(
                pick(["", "{}", "[]", "null", "{\"a\":1e400}", "{\"a\":}", "\u{FEFF}{}"]).utf8)
        case 2: return (0..<below(200)).map { _ in UInt8(below(256)) }
        default:
            let depth = below(1_200)
            return [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
        }
        return body
    }

    private mutating func chunked(_ body: [UInt8], isStrange: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let count = below(min(rest.count, chance(2) ? 20 : 4_000)) + 1
            var size = String(count, radix: 16, uppercase: chance(2))
            if chance(4) { size = "00" + size }
            if chance(6) { size += ";name=\"value\"" }
            if isStrange, chance(6) {
                size = pick([
                    "", "zz", "-1", "ffffffffffffffff", "\(size)1", "0", " \(size)", "\(size) ",
                ])
            }
            let end = isStrange && chance(8) ? pick(["\n", "", "\r", "x\r\n"]) : "\r\n"
            bytes += Array("\(size)\r\n".utf8) + rest.prefix(count) + Array(end.utf8)
            rest = rest.dropFirst(count)
        }
        let ends = ["0\r\n\r\n", "0\r\n", "", "0\r\nX-Trailer: a\r\n\r\n", "000\r\n\r\n", "0\n\n"]
        return bytes + Array((isStrange ? pick(ends) : ends[0]).utf8)
    }

    // MARK: - Bytes

    private mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...below(3) where !bytes.isEmpty {
            let start = below(bytes.count)
            let end = min(bytes.count, start + 1 + below(chance(2) ? 4 : bytes.count))
            switch below(6) {
            case 0: bytes[start] ^= 1 << UInt8(below(8))
            case 1: bytes[start] = UInt8(below(256))
            case 2: bytes.removeSubrange(start..<end)
            case 3: bytes.insert(contentsOf: bytes[start..<end], at: below(bytes.count))
            case 4: bytes.removeLast(bytes.count - start)
            default:
                let words = [
                    "\r\n", "\r\n\r\n", "0\r\n\r\n", ":", "\0", "\"", "}", "{", "\u{FFFD}",
                ]
                bytes.insert(contentsOf: Array(pick(words).utf8), at: start)
            }
            if bytes.count > 200_000 { bytes.removeLast(bytes.count - 200_000) }
        }
    }

    private mutating func split(_ bytes: [UInt8]) {
        var rest = bytes[...]
        let isSplit = chance(3)
        while !rest.isEmpty {
            let count = isSplit && pieces.count < 20 ? below(rest.count) + 1 : rest.count
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }

    private mutating func randomEnding() -> Ending {
        switch below(20) {
        case 0..<13: .read
        case 13..<15: .endSending
        case 15..<18: .close
        default: .reset
        }
    }

    private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(1, limit))) }

    private mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
