import Support

/// The answers on one connection, read strictly by RFC 9112.
struct HTTPAnswers {
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func values(_ name: String) -> [String] {
            headers.filter { $0.name == name }.map(\.value)
        }
    }

    /// What a sender may be told (the first section of the design), and what the library says by
    /// itself of a head that it cannot read.
    static let statuses: Set = [200, 400, 401, 404, 405, 411, 413, 414, 415, 431, 505]

    /// Without those that only say that a body may come.
    private(set) var answers: [Answer] = []

    /// Reads all that came until the server closed; the last one may be cut short by a reset.
    init(_ text: String, mayBeCut: Bool = false) throws(Malformed) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            guard let answer = try Self.take(&rest) else {
                if mayBeCut { return }
                throw Malformed(description: "an answer that is cut short")
            }
            if answer.status == 100 { continue }
            guard Self.statuses.contains(answer.status) else {
                throw Malformed(description: "the status \(answer.status)")
            }
            answers.append(answer)
            if answer.values("connection").contains("close") {
                try Self.checkEnd(rest, after: answer)
                return
            }
        }
    }

    /// Nothing follows an answer that closes.
    ///
    /// Where the library refuses a Content-Length by itself, its head comes twice, so that
    /// the second one is read as the body's beginning.
    private static func checkEnd(_ rest: ArraySlice<UInt8>, after answer: Answer) throws(Malformed)
    {
        if rest.isEmpty { return }
        let whole = String(decoding: answer.body + rest, as: UTF8.self)
        let isLibrarys =
            [400, 413].contains(answer.status) && whole.hasPrefix("HTTP/1.1 \(answer.status) ")
            && whole.hasSuffix("</html>") && whole.contains("<b>Content-Length</b>")
        if !isLibrarys { throw Malformed(description: "more after an answer that closes") }
    }

    /// The next answer; nil where there is only a piece of one.
    private static func take(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> Answer? {
        var lines: [String] = []
        while true {
            guard let end = rest.firstIndex(of: 0x0A) else { return nil }
            guard end > rest.startIndex, rest[end - 1] == 0x0D else {
                throw Malformed(description: "a line that ends with LF alone")
            }
            let line = String(decoding: rest[rest.startIndex..<end - 1], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            lines.append(line)
        }
        let status = try status(lines.first ?? "")
        let headers = try lines.dropFirst().map { (line) throws(Malformed) in try header(line) }
        if status == 100 { return Answer(status: status, headers: headers, body: []) }
        let lengths = headers.filter { $0.name == "content-length" }.map(\.value)
        guard lengths.count == 1, let length = Int(lengths[0]), length >= 0 else {
            throw Malformed(description: "the length \(lengths)")
        }
        guard rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return Answer(status: status, headers: headers, body: Array(rest.prefix(length)))
    }

    private static func status(_ line: String) throws(Malformed) -> Int {
        guard let match = line.wholeMatch(of: #/HTTP/1\.[01] ([1-5][0-9][0-9]) [ -~]*/#),
            let status = Int(match.1)
        else { throw Malformed(description: "the status line \"\(line)\"") }
        return status
    }

    private static func header(_ line: String) throws(Malformed) -> (name: String, value: String) {
        guard let match = line.wholeMatch(of: #/([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([ -~]*)/#)
        else { throw Malformed(description: "the header \"\(line)\"") }
        return (match.1.lowercased(), String(match.2))
    }
}
