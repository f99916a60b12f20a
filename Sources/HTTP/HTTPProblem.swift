internal import JSON

/// Why a request is refused: thrown by the step that knows, and told to the client as RFC 9457 says.
package struct HTTPProblem: Error, Sendable {
    /// The status code.
    package let status: Int
    /// A short word for this kind of problem, in `type` and in the metrics.
    package let reason: StaticString
    /// One line for a person, the same for every problem of this kind.
    package let title: StaticString
    /// What it was this time, and what to do; never anything of the body or the key.
    package let detail: String
    /// Further headers of the answer.
    package var headers: [(name: String, value: String)] = []
    /// Whether the connection ends after it.
    package var closes = false
    /// Whether it is unknown where this request ends, so that nothing after its head is read.
    var endsAtHead = false

    /// A problem of this kind.
    package init(
        _ status: Int, _ reason: StaticString, _ title: StaticString, _ detail: String,
        headers: [(name: String, value: String)] = [], closes: Bool = false
    ) {
        self.status = status
        self.reason = reason
        self.title = title
        self.detail = detail
        self.headers = headers
        self.closes = closes
    }

    /// A problem of ours that passes: the client is to try again after so many seconds.
    package static func unavailable(
        _ reason: StaticString, _ detail: String, retryAfter seconds: Int = 1, closes: Bool = false
    ) -> HTTPProblem {
        HTTPProblem(
            503, reason, "Not available just now", detail,
            headers: [("Retry-After", String(max(1, seconds)))], closes: closes)
    }

    /// The answer that tells it: the one place where a problem gets its form.
    func response(to request: RequestID) -> HTTPResponse {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in
            object.field("type", "urn:hookline:problem:\(reason)")
            object.field("title", "\(title)")
            object.field("status", status)
            object.field("detail", detail)
            object.field("requestId", request.description)
        }
        var response = HTTPResponse(status: status, .problem, writer.bytes)
        response.headers = headers
        response.closes = closes || endsAtHead
        return response
    }
}

/// A number for each request of this process, so that an answer and a log line can be matched.
struct RequestID: Sendable, CustomStringConvertible {
    let number: UInt64

    var description: String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
