/// What libmicrohttpd lets through and must not pass: checked before the body is read.
///
/// Where a request could be read in two ways, another server on its way may have read it in the
/// other one (request smuggling), so it is refused and its connection closed.
enum HeaderCheck {
    /// The headers that may come once only.
    static let single: [HTTPHeader] = [
        .contentLength, .host, .contentType, .apiKey, .authorization,
    ]

    /// Throws the first thing that is wrong.
    static func check(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) {
        try check(characters: head.scan)
        try check(repetition: head.scan)
        if !head.isHTTP10 && !head.has(.host) {
            throw refusal("missing-host", "HTTP/1.1 asks for a Host header.")
        }
        try check(length: head)
    }

    private static func check(characters scan: HeaderScan) throws(HTTPProblem) {
        if scan.hasGap {
            throw refusal(
                "bad-header", "Lines end with CR LF, are not folded, and each has a name.")
        }
        if scan.hasBadName {
            throw refusal(
                "bad-header", "A header's name has a character that no name has, such as a space.")
        }
        if scan.hasBadValue {
            throw refusal("bad-header", "A header's value has a control character.")
        }
    }

    private static func check(repetition scan: HeaderScan) throws(HTTPProblem) {
        for header in single where scan.isRepeated(header) {
            throw refusal("repeated-header", "The header \(header.name) came more than once.")
        }
    }

    private static func check(length head: borrowing HTTPRequestHead) throws(HTTPProblem) {
        if head.has(.transferEncoding) {
            if head.has(.contentLength) {
                throw refusal(
                    "ambiguous-length", "Both Content-Length and Transfer-Encoding came.")
            }
            try check(transferEncoding: head)
        } else if !head.has(.contentLength) && head.method.bringsBody {
            // A folded Content-Length is lost on the way here: nothing may follow unread.
            var problem = HTTPProblem(
                411, "length-required", "The length of the body is missing",
                "Send Content-Length, or Transfer-Encoding: chunked.")
            problem.endsAtHead = true
            throw problem
        }
    }

    private static func check(
        transferEncoding head: borrowing HTTPRequestHead
    ) throws(HTTPProblem) {
        let isOne = !head.scan.isRepeated(.transferEncoding)
        guard isOne, !head.isHTTP10, head.scan.says("chunked", in: .transferEncoding) else {
            throw refusal(
                "transfer-encoding",
                "The one transfer encoding taken is chunked, once, and with HTTP/1.1.")
        }
    }

    private static func refusal(_ reason: StaticString, _ detail: String) -> HTTPProblem {
        var problem = HTTPProblem(400, reason, "The headers are not acceptable", detail)
        problem.endsAtHead = true
        return problem
    }
}
