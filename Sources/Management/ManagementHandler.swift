internal import HTTP
internal import JSON
internal import Telemetry

/// Answers `/livez`, `/readyz` and `/metrics`.
final class ManagementHandler: HTTPHandler {
    private enum Page: CaseIterable {
        case live, ready, metrics

        var path: [UInt8] {
            switch self {
            case .live: Array("/livez".utf8)
            case .ready: Array("/readyz".utf8)
            case .metrics: Array("/metrics".utf8)
            }
        }
    }

    private let readiness: Readiness
    private let metrics: Metrics

    init(_ readiness: Readiness, _ metrics: Metrics) {
        self.readiness = readiness
        self.metrics = metrics
    }

    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        let page = try page(head)
        guard head.method == .get || head.method == .head else {
            throw HTTPProblem(
                405, "method", "The method is not allowed", "This page is read with GET.",
                headers: [("Allow", "GET, HEAD")])
        }
        return .respond(answer(page))
    }

    private func page(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) -> Page {
        for page in Page.allCases where head.isAt(page.path) { return page }
        throw HTTPProblem(
            404, "path", "Nothing lies here", "There are /livez, /readyz and /metrics.")
    }

    private func answer(_ page: Page) -> HTTPResponse {
        switch page {
        case .live: HTTPResponse(.json, Array(#"{"alive":true}"#.utf8))
        case .ready: readyAnswer()
        case .metrics: HTTPResponse(.metrics, Array(metrics.render().utf8))
        }
    }

    private func readyAnswer() -> HTTPResponse {
        let missing = readiness.missing
        var writer = JSONWriter()
        writer.object { object in
            object.field("ready", missing.isEmpty)
            Self.write("reasons", missing, to: &object)
            Self.write("notes", readiness.notes, to: &object)
        }
        return HTTPResponse(status: missing.isEmpty ? 200 : 503, .json, writer.bytes)
    }

    private static func write(
        _ name: String, _ reasons: [(part: String, reason: String)], to object: inout JSONWriter
    ) {
        object.array(name) { array in
            for (part, reason) in reasons {
                array.object { entry in
                    entry.field("part", part)
                    entry.field("reason", reason)
                }
            }
        }
    }
}
