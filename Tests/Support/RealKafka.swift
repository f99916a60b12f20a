import Glibc

/// A real Apache Kafka node of a test's own, from the distribution at `KAFKA_HOME`.
///
/// One broker that is its own controller, on free ports of the loopback, with its data in a
/// temporary folder; ended with the last reference to it. Topics are not made on first use.
package final class RealKafka: @unchecked Sendable {
    // Safe because: a test drives its node from one thread at a time.
    private let folder: TemporaryDirectory
    private let port: Int
    private var process: RunningProcess

    /// Why no node can be started here, nil if one can: for `.enabled(if:)` and its comment.
    package static var whyNot: String? {
        guard let home = Environment["KAFKA_HOME"] else {
            return "KAFKA_HOME does not name an Apache Kafka 4 distribution"
        }
        guard FileSystem.isFolder("\(home)/libs") else { return "no libs/ in \(home)" }
        return java == nil ? "no java on PATH" : nil
    }

    /// Whether a node can be started here.
    package static var isAvailable: Bool { whyNot == nil }

    /// Starts a node with these broker settings over the usual ones, and waits until it answers.
    package convenience init(settings: [String: String] = [:]) throws {
        if let whyNot = Self.whyNot { throw TimedOut(description: whyNot) }
        try self.init(KafkaVoters(nodes: 1), 0, settings)
        try waitUntilReady()
    }

    /// Starts one node of several, and does not wait for it: it answers when most of them run.
    init(_ voters: KafkaVoters, _ index: Int, _ settings: [String: String]) throws {
        folder = try TemporaryDirectory()
        port = voters.ports[index].client
        try Self.writeSettings(settings, voters, index, folder: folder)
        let formatted = try RunningProcess.run(
            try Self.program(),
            try Self.arguments(folder) + [
                "kafka.tools.StorageTool", "format", "-t", "HooklineTestClusterAAAAA", "-c",
                folder.file("server.properties"),
            ])
        guard formatted.end == .exited(0) else {
            throw TimedOut(description: "no Kafka: \(formatted.output)\(formatted.errors)")
        }
        process = try Self.start(folder)
    }

    deinit {
        // Before the folder goes: a node that still writes into it would keep it from going.
        process.crash()
    }

    /// The node, as clients take it.
    package var bootstrapServers: String { "127.0.0.1:\(port)" }

    /// Ends it as SIGTERM does, and waits for that.
    package func stop() throws {
        process.send(SIGTERM)
        try process.waitForEnd(upTo: .seconds(30))
    }

    /// Ends it as a crash would.
    package func crash() { process.crash() }

    /// Freezes it: connections stay and nothing answers.
    package func freeze() { process.send(SIGSTOP) }

    /// Lets a frozen node go on.
    package func thaw() { process.send(SIGCONT) }

    /// Starts a stopped or crashed node again, at the same port with what it holds.
    package func restart() throws {
        try restartWithoutWaiting()
        try waitUntilReady()
    }

    /// Starts it again and leaves the waiting to others.
    package func restartWithoutWaiting() throws {
        process = try Self.start(folder)
    }

    private static let java: String? = {
        let folders = (Environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/java" }.first { FileSystem.exists($0) }
    }()

    private static func program() throws -> String {
        guard let java else { throw TimedOut(description: "no java on PATH") }
        return java
    }

    private static func arguments(_ folder: TemporaryDirectory) throws -> [String] {
        // The heap is small and the compiler the quick one: tests share the machine with it.
        [
            "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dlog4j2.configurationFile=\(folder.file("log4j2.xml"))", "-cp",
            "\(Environment["KAFKA_HOME"] ?? "")/libs/*",
        ]
    }

    private static func start(_ folder: TemporaryDirectory) throws -> RunningProcess {
        try RunningProcess(
            try program(),
            try arguments(folder) + ["kafka.Kafka", folder.file("server.properties")])
    }

    /// Waits until it answers and knows a broker.
    package func waitUntilReady() throws {
        try eventually("Kafka at port \(port)", upTo: .seconds(60)) {
            if let end = process.endIfAny {
                throw TimedOut(description: "Kafka ended (\(end)): \(process.output)")
            }
            return KafkaQuestion.hasBroker(port: port)
        }
    }

    private static func writeSettings(
        _ own: [String: String], _ voters: KafkaVoters, _ index: Int, folder: TemporaryDirectory
    ) throws {
        let ports = voters.ports[index]
        let listeners = "PLAINTEXT://127.0.0.1:\(ports.client)"
        let copies = "\(min(voters.ports.count, 3))"
        let safe = "\(max(1, min(voters.ports.count, 3) - 1))"
        var settings = [
            "process.roles": "broker,controller", "node.id": "\(index + 1)",
            "controller.quorum.voters": voters.text,
            "listeners": "\(listeners),CONTROLLER://127.0.0.1:\(ports.controller)",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER", "log.dirs": folder.file("data"),
            "offsets.topic.num.partitions": "4", "offsets.topic.replication.factor": copies,
            "transaction.state.log.num.partitions": "4",
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": safe, "default.replication.factor": copies,
            "min.insync.replicas": safe,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": safe,
            "group.initial.rebalance.delay.ms": "0", "auto.create.topics.enable": "false",
            "log.segment.bytes": "67108864", "log.cleaner.dedupe.buffer.size": "16777216",
        ]
        settings.merge(own) { $1 }
        let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        try FileSystem.write(lines.joined(), to: folder.file("server.properties"))
        try FileSystem.write(
            """
            <Configuration status="ERROR">
              <Appenders>
                <File name="file" fileName="\(folder.file("kafka.log"))">
                  <PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/>
                </File>
              </Appenders>
              <Loggers><Root level="WARN"><AppenderRef ref="file"/></Root></Loggers>
            </Configuration>
            """, to: folder.file("log4j2.xml"))
    }
}
