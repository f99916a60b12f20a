internal import HTTP
internal import JSON

/// What is checked on the head of a request, after the checks that every listener makes.
struct RequestChecks: Sendable {
    private let path: [UInt8]
    private let keys: APIKeys

    init(path: String, keys: APIKeys) {
        self.path = Array(path.utf8)
        self.keys = keys
    }

    /// Whether this is a POST to the path of webhooks.
    func target(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) {
        guard head.isAt(path) else { throw .wrongPath }
        guard head.method == .post else { throw .wrongMethod }
    }

    /// The key that the request came with.
    func key(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) -> APIKey {
        try keys.check(head)
    }

    /// Whether the body is JSON as it is; a request that does not say so is taken at its word later.
    func content(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) {
        let isJSON = head.withValue(of: .contentType) { value in
            guard let value else { return true }
            return MediaType.isJSON(value)
        }
        guard isJSON else { throw .wrongType }
        let isPlain = head.withValue(of: .contentEncoding) { value in
            guard let value else { return true }
            return value.isEmpty || MediaType.equals(value, "identity")
        }
        guard isPlain else { throw .wrongEncoding }
    }
}

/// The value of Content-Type, as far as it matters here (RFC 9110, section 8.3.1).
enum MediaType {
    /// Whether it is `application/json`, with no parameter but the charset of JSON.
    static func isJSON(_ value: Span<UInt8>) -> Bool {
        // The frequent form first, without a look at the parts.
        if equals(value, "application/json") { return true }
        let parts = String(utf8: value).lowercased()
            .filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            .split(separator: ";", omittingEmptySubsequences: false)
        return parts.first == "application/json"
            && parts.allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
    }

    /// Whether the value is this text (of lower case letters), in any case.
    static func equals(_ value: Span<UInt8>, _ text: String) -> Bool {
        guard value.count == text.utf8.count else { return false }
        var index = 0
        for byte in text.utf8 {
            let own = value[index]
            let lower = own >= 0x41 && own <= 0x5A ? own | 0x20 : own
            guard lower == byte else { return false }
            index += 1
        }
        return true
    }
}
