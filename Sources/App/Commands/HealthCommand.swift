import HTTPClient
import JSON

/// `health`.
enum HealthCommand {
    static let command = Command(
        name: "health", group: .look,
        summary: "Ask a running serve or consume whether it is ready",
        details: """
            Asks the management port (management.host and management.port). Exits with 0 if the
            process is ready, with 1 and the reasons if it is not, and with 69 if nothing answers.
            With --live it serves as the health check of a container.
            """,
        options: [
            .init(name: "--live", help: "Check only that it is alive, not that it is ready"),
            .init(
                name: "--url", value: .text("URL"),
                help: "Another process to ask, such as http://host:9464"),
            .init(
                name: "--timeout", value: .integer("SECONDS", 1...60),
                help: "Time to wait for the answer (default 3)"),
            .output,
        ],
        examples: [
            .init(
                text: "the health check of a container",
                line: "hookline health --live --timeout 2"),
            .init(
                text: "on another machine",
                line: "hookline health --url http://10.0.0.7:9464"),
        ]
    ) { invocation throws(CommandFailure) in
        let url: String
        if let given = invocation.text("--url") {
            url = given
        } else {
            url = try SettingsLoader(invocation).load().management.ownURL()
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

    private static func text(of reply: HTTPReply, _ page: String, _ paint: Paint) -> String {
        let well = page == "/livez" ? "alive" : "ready"
        let notes = entries("notes", in: reply.body).map { "  \($0.part): \($0.reason)\n" }.joined()
        if reply.status == 200 { return paint.green(well) + "\n" + notes }
        let reasons = entries("reasons", in: reply.body)
        guard !reasons.isEmpty else { return paint.red("answered \(reply.status)") + "\n" }
        return reasons.map { paint.red("not ready") + "  \($0): \($1)\n" }.joined() + notes
    }

    /// The entries of `/readyz` under this name, by part.
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
