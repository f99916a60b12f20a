import Kafka
import Support
import Synchronization
import Testing

/// `hookline` as somebody would run it: a folder of its own, settings in a file, a process a role.
final class Installation: Sendable {
    static let key = "a-key-for-the-flows-0123456789"

    let folder: TemporaryDirectory
    let bootstrapServers: String
    let ingressPort: Int
    let queryPort: Int
    private let answersQuestions: Bool
    private let managementPorts: [String: Int]
    private let binary: String

    /// Where the topics' names begin.
    static let prefix = "telness."

    init(bootstrapServers: String, settings: [String: String] = [:]) throws {
        folder = try TemporaryDirectory()
        self.bootstrapServers = bootstrapServers
        let ports = try FreePort.some(4)
        ingressPort = ports[0]
        queryPort = ports[3]
        answersQuestions = settings["query"]?.contains("enabled: false") != true
        managementPorts = ["serve": ports[1], "consume": ports[2]]
        binary = try Binary.path()
        var sections = [
            "ingress": "host: \"127.0.0.1\", port: \(ingressPort), keys: \"flows: \(Self.key)\"",
            "journal": "folder: \"\(folder.file("journal"))\"",
            "state": "folder: \"\(folder.file("state"))\"",
            "query": "port: \(queryPort)",
            "kafka": """
            bootstrapServers: "\(bootstrapServers)", properties: {"fetch.wait.max.ms": "20"}
            """,
        ]
        for (name, text) in settings {
            sections[name] = (sections[name].map { "\($0), " } ?? "") + text
        }
        let text = sections.sorted { $0.key < $1.key }.map { "\($0.key): {\($0.value)}" }
        try FileSystem.write(
            "{\n\(text.joined(separator: ",\n"))\n}\n", to: folder.file("hookline.json5"))
    }

    /// The Kafka that it talks to, for clients of the test.
    var kafka: KafkaConfiguration {
        var kafka = KafkaConfiguration(bootstrapServers: bootstrapServers)
        kafka.properties["fetch.wait.max.ms"] = "20"
        return kafka
    }

    /// Starts `serve` and waits until it takes webhooks.
    func serve(environment: [String: String] = [:]) throws -> RunningProcess {
        let process = try start(["serve"], as: "serve", environment: environment)
        try waitUntilReady("serve", process)
        return process
    }

    /// Starts `consume`, of the state in a folder of that name, and waits until it is up.
    func consume(state: String = "state") throws -> RunningProcess {
        let process = try start(
            ["consume"], as: "consume", environment: ["HOOKLINE_STATE_FOLDER": folder.file(state)])
        try waitUntilReady("consume", process)
        return process
    }

    /// Starts a role and waits for nothing.
    func start(
        _ arguments: [String], as role: String, environment: [String: String] = [:]
    ) throws -> RunningProcess {
        var settings = self.settings
        settings["HOOKLINE_MANAGEMENT_PORT"] = managementPorts[role].map(String.init)
        settings.merge(environment) { $1 }
        return try RunningProcess(
            binary, arguments, environment: settings, directory: folder.path)
    }

    /// Runs a command to its end; gives what it printed, and fails where it did not end with 0.
    @discardableResult
    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> String {
        let result = try RunningProcess.run(
            binary, arguments, environment: settings.merging(environment) { $1 },
            directory: folder.path)
        guard result.end == .exited(0) else {
            throw TimedOut(
                description: "hookline \(arguments) \(result.end): \(result.errors)\(result.output)"
            )
        }
        return result.output
    }

    /// Runs a command to its end, whatever that is.
    func end(
        _ arguments: [String], upTo limit: Duration = .seconds(60)
    ) throws -> (end: ProcessEnd, output: String, errors: String) {
        let result = try RunningProcess.run(
            binary, arguments, environment: settings, directory: folder.path, upTo: limit)
        return (result.end, result.output, result.errors)
    }

    /// What `state export` prints of the state in a folder of that name.
    func export(state: String = "state") throws -> String {
        try run("state", "export", environment: ["HOOKLINE_STATE_FOLDER": folder.file(state)])
    }

    /// Waits until the exported state is this one.
    func waitForState(
        _ expected: String, in state: String = "state", upTo limit: Duration
    ) throws {
        var last = ""
        do {
            try eventually("the state", upTo: limit) {
                // Each look is a process; it need not be asked for hundreds of times.
                for _ in 0..<40 { pauseBriefly() }
                last = (try? export(state: state)) ?? ""
                return last == expected
            }
        } catch {
            throw TimedOut(description: "\(error)\n\(Self.difference(last, expected))")
        }
    }

    /// One HTTP request to a role's management port: the answer's status and body.
    func ask(_ role: String, _ path: String) throws -> RawResponse {
        let connection = try RawConnection(port: managementPorts[role] ?? 0)
        connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try connection.response()
    }

    /// One question to `consume`: the answer's status and body.
    func query(_ path: String) throws -> RawResponse {
        let connection = try RawConnection(port: queryPort)
        connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try connection.response(upTo: .seconds(30))
    }

    /// The sum of a metric of a role over its labels.
    func metric(_ role: String, _ name: String) throws -> Double {
        let lines = try ask(role, "/metrics").body.split(separator: "\n")
        let own = lines.filter { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){") }
        return own.reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }

    private var settings: [String: String] {
        ["HOOKLINE_CONFIG": folder.file("hookline.json5")]
    }

    private func waitUntilReady(_ role: String, _ process: RunningProcess) throws {
        try eventually("\(role) to be up", upTo: .seconds(20)) {
            if let end = process.endIfAny {
                throw TimedOut(description: "\(role) ended (\(end)): \(process.errors)")
            }
            return (try? ask(role, "/livez").status) == 200
                && (role != "serve" || (try? RawConnection(port: ingressPort)) != nil)
                && (role != "consume" || !answersQuestions
                    || (try? RawConnection(port: queryPort)) != nil)
        }
    }

    /// The first lines in which two exports differ.
    static func difference(_ found: String, _ expected: String) -> String {
        let found = found.split(separator: "\n")
        let expected = expected.split(separator: "\n")
        let pairs = zip(found, expected).first { $0 != $1 }
        let lines = pairs.map { "found    \($0.0.prefix(2_000))\nexpected \($0.1.prefix(2_000))" }
        return "\(found.count) lines, expected \(expected.count)\n\(lines ?? "")"
    }
}
