package import Events
package import HTTP
package import Journal
package import Telemetry
internal import Threads

/// Takes webhooks over HTTP, and acknowledges each when the journal has it on disk.
///
/// It listens from the moment it is made. `stop()` lets `run()` close the listener, answer new
/// requests on open connections with 503, and wait until the last batch is synced and answered:
/// the journal must run until then.
package final class IngressServer: Part {
    /// The part's name.
    package let name = "ingress"
    /// How long its end may take.
    package let stopLimit = Duration.seconds(5)

    /// How long requests that have begun may take then; the rest is for the last answers.
    private static let lastRequests = Duration.seconds(4)

    private let server: HTTPServer
    private let keys: APIKeys
    private let keysInterval: Duration
    private let isOver = Monitor(false)

    /// Listens and takes webhooks from here on; the observer is told of each that is acknowledged.
    package init(
        _ configuration: IngressConfiguration, keys: APIKeys, catalogue: Catalogue,
        journal: JournalWriter, log: Log, metrics: Metrics,
        observer: (@Sendable (AcknowledgedWebhook) -> Void)? = nil
    ) throws(HTTPServerError) {
        self.keys = keys
        keysInterval = .milliseconds(configuration.keysReloadMilliseconds)
        server = try HTTPServer(
            name, configuration.listener, log: log.with(component: name), metrics: metrics,
            handler: IngressHandler(
                configuration, keys, catalogue, journal, IngressMetrics(metrics), observer))
    }

    /// The port it listens on, also where any free one was asked for.
    package var port: Int { server.port }

    /// Looks at the API keys now and then, until `stop()`; then ends as said above.
    package func run() {
        while isOver.wait(upTo: keysInterval, { $0 ? true : nil }) == nil { reload() }
        server.stop(within: Self.lastRequests)
    }

    /// Has `run()` end.
    package func stop() {
        isOver.update { $0 = true }
    }

    /// Reads the API keys again now, as on SIGHUP.
    package func reload() {
        keys.reload()
    }
}

/// A webhook that was acknowledged, for an observer.
package struct AcknowledgedWebhook: Sendable {
    /// What was read of it.
    package let entry: JournalEntry
    /// What the sender was told.
    package let receipt: AppendReceipt
}
