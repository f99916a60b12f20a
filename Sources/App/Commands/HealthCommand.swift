import HTTP
import HTTPClient
import JSON

/// `health`.
enum HealthCommand {
    static let command = Command(
        name: "health", group: .look,
        summary: "Ask a running serve or consume whether it is ready",
        details: """
            Asks the management port (management.host and management.port). Ends with 0 when it is
            ready, with 1 when it says why not, and with 69 when nobody answers: what the health
            check of a container wants.
            """,
        options: [
            .init(name: "--live", help: "Only whether it is alive, not whether it is ready"),
            .init(
                name: "--url", value: .text("URL"),
                help: "Where to ask instead, such as http://host:9464"),
            .init(
                name: "--timeout", value: .integer("SECONDS", 1...60),
                help: "How long to wait for the answer (3)"),
            .output,
        ],
        examples: [
            .init(text: "in a container", line: "hookline health --timeout 2"),
            .init(text: "another one", line: "hookline health --url http://10.0.0.7:9464"),
        ]
    ) { invocation throws(CommandFailure) in
        let url: String
        if let given = invocation.text("--url") {
            url = given
        } else {
            url = own(try SettingsLoader(invocation).load().management)
        }
        let page = invocation.has("--live") ? "/livez" : "/readyz"
        let reply: HTTPReply
        do {
            let client = HTTPClient(timeout: .seconds(invocation.integer("--timeout") ?? 3))
            reply = try client.get(url + page)
        } catch {
            throw CommandFailure(.unavailable, "\(error)")
        }
        let isWell = reply.status == 200
        guard !invocation.wantsJSON else {
            try invocation.console.line(reply.text)
            return isWell ? .success : .negative
        }
        try invocation.console.write(text(of: reply, page, invocation.console.paint))
        return isWell ? .success : .negative
    }

    /// The address of this configuration's own management port, from this machine.
    static func own(_ configuration: HTTPServerConfiguration) -> String {
        let host =
            switch configuration.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            case let host: host.contains(":") ? "[\(host)]" : host
            }
        return "http://\(host):\(configuration.port)"
    }

    private static func text(of reply: HTTPReply, _ page: String, _ paint: Paint) -> String {
        let well = page == "/livez" ? "alive" : "ready"
        let notes = entries("notes", in: reply.body).map { "  \($0.part): \($0.reason)\n" }.joined()
        if reply.status == 200 { return paint.green(well) + "\n" + notes }
        let reasons = entries("reasons", in: reply.body)
        guard !reasons.isEmpty else { return paint.red("answered \(reply.status)") + "\n" }
        return reasons.map { paint.red("not ready") + "  \($0): \($1)\n" }.joined() + notes
    }

    /// What `/readyz` says under this name, by part.
    private static func entries(
        _ name: String, in body: [UInt8]
    ) -> [(part: String, reason: String)] {
        let scanner = JSONScanner()
        guard (try? scanner.parse(PaddedBytes(body))) != nil else { return [] }
        var entries: [(String, String)] = []
        while let part = JSONPath("\(name).\(entries.count).part").flatMap(scanner.string),
            let reason = JSONPath("\(name).\(entries.count).reason").flatMap(scanner.string)
        {
            entries.append((part, reason))
        }
        return entries
    }
}
