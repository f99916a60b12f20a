internal import Synchronization
package import Telemetry
internal import Threads

/// An HTTP listener: takes requests, keeps the bounds, and loses no answer when it stops.
///
/// It serves from the moment it is made until `stop(within:)`, which must be called once.
package final class HTTPServer: Sendable {
    /// The port it listens on, also where any free one was asked for.
    package let port: Int

    private let core: HTTPCore
    private let daemon: HTTPDaemon
    private let watch: Watch
    private let socket: Mutex<ListenSocket?>

    /// Listens and serves; the name tells several listeners apart in log and metrics.
    package init(
        _ name: String, _ configuration: HTTPServerConfiguration, log: Log, metrics: Metrics,
        handler: any HTTPHandler
    ) throws(HTTPServerError) {
        var configuration = configuration
        let fitting = DescriptorLimit.raise(forConnections: configuration.connections)
        if fitting < configuration.connections {
            log.warning(
                "fewer connections than configured: the limit on open files is too low",
                ["connections": LogValue(fitting), "wanted": LogValue(configuration.connections)])
            configuration.connections = fitting
        }
        core = HTTPCore(
            configuration, handler, log, HTTPMetrics(metrics, listener: name))
        let listener = try ListenSocket(host: configuration.host, port: configuration.port)
        port = listener.port
        // A thread may get all connections: the bound on their sum is ours.
        daemon = try HTTPDaemon(
            core, listener: listener.descriptor, threads: configuration.threads,
            connections: (configuration.connections + ConnectionTable.refusedAtOnce)
                * configuration.threads)
        socket = Mutex(consume listener)
        watch = Watch(core)
    }

    /// Takes no new connections, and answers new requests on open ones with 503.
    package func quiesce() {
        socket.withLock { socket in
            guard let listener = socket.take() else { return }
            core.close()
            listener.refuse()
        }
    }

    /// Stops: what has begun is answered, for so long at most, and then all connections are closed.
    ///
    /// A wait for another thread that does not end in that time ends with 503, and a body that is
    /// still on its way then is lost, without an answer.
    package func stop(within limit: Duration) {
        quiesce()
        if !core.waitUntilQuiet(upTo: limit) { giveUp() }
        daemon.stop()
        watch.stop()
        core.linger.closeAll()
    }

    /// Requests begun and not answered yet.
    var openRequests: Int { core.openExchanges }
    /// Connections that are open.
    var openConnections: Int { core.table.count }

    /// How long the last answers may take to go out, once all waits are ended.
    private static let lastAnswers = Duration.milliseconds(500)
    /// How often is looked whether a handler still runs: handlers do not block.
    private static let look = Duration.milliseconds(5)

    private func giveUp() {
        core.shut()
        // The library aborts the process where a connection is still suspended.
        repeat {
            core.endWaits()
            _ = core.waitUntilQuiet(upTo: Self.look)
        } while core.isHandling
        _ = core.waitUntilQuiet(upTo: Self.lastAnswers)
    }
}
