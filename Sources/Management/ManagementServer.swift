package import HTTP
package import Telemetry
internal import Threads

/// The listener for those who run the process: is it alive, is it ready, what does it measure.
///
/// It is the last part of a role to stop, so that it can be asked until the end.
package final class ManagementServer: Part {
    /// The part's name.
    package let name = "management"

    private let server: HTTPServer
    private let isOver = Monitor(false)

    /// Listens and answers from here on.
    package init(
        _ configuration: HTTPServerConfiguration, readiness: Readiness, log: Log, metrics: Metrics
    ) throws(HTTPServerError) {
        server = try HTTPServer(
            name, configuration, log: log.with(component: name), metrics: metrics,
            handler: ManagementHandler(readiness, metrics))
    }

    /// The port it listens on.
    package var port: Int { server.port }

    /// Waits for the end, and stops the listener then.
    package func run() {
        _ = isOver.wait { $0 ? true : nil }
        server.stop(within: .milliseconds(500))
    }

    /// Has `run()` end.
    package func stop() {
        isOver.update { $0 = true }
    }
}
