/// An answer, before it goes out.
package struct HTTPResponse: Sendable {
    /// What the body is.
    package enum Content: Sendable {
        case json, problem, metrics, text

        /// The value of Content-Type.
        var type: StaticString {
            switch self {
            case .json: "application/json"
            case .problem: "application/problem+json"
            case .metrics: "text/plain; version=0.0.4; charset=utf-8"
            case .text: "text/plain; charset=utf-8"
            }
        }
    }

    /// The status code.
    package var status: Int
    /// What the body is.
    package var content: Content
    /// Further headers; Date, Content-Type, Content-Length and Connection come by themselves.
    package var headers: [(name: String, value: String)] = []
    /// The body.
    package var body: [UInt8]
    /// Whether the connection ends after it.
    package var closes = false

    /// An answer with a body of this kind.
    package init(status: Int = 200, _ content: Content, _ body: [UInt8]) {
        self.status = status
        self.content = content
        self.body = body
    }

    /// An answer of text.
    package init(status: Int = 200, text: String) {
        self.init(status: status, .text, Array(text.utf8))
    }
}
