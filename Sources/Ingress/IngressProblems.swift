internal import HTTP
internal import Journal

/// What a sender is told, each thing in one place.
extension HTTPProblem {
    static let wrongPath = HTTPProblem(
        404, "path", "Nothing lies here", "Webhooks are posted to another path.")

    static let wrongMethod = HTTPProblem(
        405, "method", "The method is not allowed", "Webhooks are sent with POST.",
        headers: [("Allow", "POST")])

    static let wrongType = HTTPProblem(
        415, "content-type", "The content type is not taken",
        "Send application/json, in UTF-8.", headers: [("Accept", "application/json")])

    static let wrongEncoding = HTTPProblem(
        415, "content-encoding", "The content encoding is not taken",
        "Send the body as it is, without Content-Encoding.",
        headers: [("Accept-Encoding", "identity")])

    static func malformed(_ what: String) -> HTTPProblem {
        HTTPProblem(400, "json", "The body is not JSON", "\(what).")
    }

    static let outOfMemory = unavailable("memory", "There is no memory to read the body.")

    /// The journal promises nothing, so the sender is to keep the event.
    init(_ refusal: AppendRefusal) {
        self =
            switch refusal {
            case .noSpace:
                .unavailable(
                    "journal-space", "The journal has no room left.", retryAfter: 10)
            case .full:
                .unavailable("journal-full", "More comes in at once than the disk takes.")
            case .stopping:
                .unavailable("stopping", "The server is shutting down.", closes: true)
            case .failed:
                .unavailable(
                    "journal-failed", "The journal failed; the server ends.", retryAfter: 5,
                    closes: true)
            }
    }
}
