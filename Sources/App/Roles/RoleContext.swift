import Consumer
import HTTP
import Management
import Publisher
import Telemetry
import Threads

/// What all parts of a role share, and how the role runs and ends.
struct RoleContext: Sendable {
    let settings: Settings
    let log: Log
    let metrics = Metrics()
    let readiness: Readiness

    /// For a role of this name whose parts, until they are made, count as starting.
    init(_ name: String, _ settings: Settings, waitingFor parts: [String]) {
        self.settings = settings
        log = Log(name, settings.log)
        for notice in settings.notices {
            log.warning("setting ignored", ["notice": .string(notice)])
        }
        readiness = Readiness(waitingFor: parts)
        let start = WallClock.now()
        metrics.gauge("hookline_start_time_seconds", "When the process started, since 1970.")
            .set(Double(start.seconds) + Double(start.nanoseconds) / 1e9)
        metrics.gauge(
            "hookline_build_info", "1; the version is in the label.",
            [("version", CommandRunner.number), ("role", name)]
        ).set(1)
    }

    /// The listener for those who run the process; it listens from here on.
    func management(takesAnyPort: Bool = false) throws(CommandFailure) -> ManagementServer {
        try listening(orAnywhere: takesAnyPort, at: settings.management) {
            (listener) throws(HTTPServerError) in
            try ManagementServer(listener, readiness: readiness, log: log, metrics: metrics)
        }
    }

    /// Runs the parts until the end.
    func run(_ parts: [any Part], onHangup: (() -> Void)? = nil) -> RoleEnd {
        Role(parts) { [self] in tell($0) }.run(onHangup: onHangup)
    }

    private func tell(_ notice: Role.Notice) {
        switch notice {
        case .stopping(let cause):
            readiness.set("process", .notReady("stopping"))
            log.info("stopping", ["because": .string(RoleEnding.text(of: cause))])
        case .stopped(let part, let time):
            log.debug("stopped", ["part": .string(part), "seconds": LogValue(time)])
        case .failed(let part, let error):
            log.error("a part failed", ["part": .string(part), "error": LogValue(error)])
        case .late(let part):
            log.warning("a part did not stop in time", ["part": .string(part)])
        }
    }
}

/// What the end of a role means to whoever started it.
struct RoleEnding {
    let end: RoleEnd

    init(_ end: RoleEnd) {
        self.end = end
    }

    /// Success where it was asked to end; a part that is late but has nothing to lose is no
    /// failure.
    var code: ExitCode {
        if let failure = end.failures.first {
            return (failure.error as? CommandFailure)?.code
                ?? (failure.error as? PublisherError).map(ExitCode.init)
                ?? (failure.error as? ConsumerError).map(ExitCode.init)
                ?? (failure.error is ThreadError ? .system : nil)
                ?? Self.code(of: failure.part)
        }
        if let late = end.late.first(where: { $0 == "ingress" || $0 == "journal" }) {
            return Self.code(of: late)
        }
        guard case .ended(let part) = end.cause, part != "demo" else { return .success }
        // A part of a service that ends by itself has something wrong, even if it does not say so.
        return .software
    }

    private static func code(of part: String) -> ExitCode {
        switch part {
        case "journal": .io
        case "publisher": .unavailable
        case "demo": .negative
        default: .software
        }
    }

    static func text(of cause: RoleEnd.Cause) -> String {
        switch cause {
        case .signal(let signal): signal.name
        case .ended(let part): "\(part) has ended"
        case .failed(let part): "\(part) failed"
        }
    }
}
