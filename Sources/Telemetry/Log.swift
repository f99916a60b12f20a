internal import Threads

/// Where the parts say what happened: constant sentences with fields, one line each.
///
/// On a terminal the lines are text, on a pipe JSON. Each goes out in one write, so that lines of
/// several threads never mix.
package struct Log: Sendable {
    /// How much a line matters.
    package enum Level: String, CaseIterable, Sendable, Comparable {
        case debug, info, warning, error

        /// Whether one matters less than another.
        package static func < (one: Self, other: Self) -> Bool {
            one.rank < other.rank
        }

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    /// How a line is written.
    package enum Format: String, CaseIterable, Sendable {
        /// Text on a terminal, else JSON.
        case automatic
        /// For people.
        case text
        /// For machines: one object a line.
        case json
    }

    /// A log that says nothing.
    package static let silent = Log("", format: .json, level: .error, isSilent: true) { _ in }

    private let component: String
    private let format: Format
    private let isColoured: Bool
    private let level: Level
    private let isSilent: Bool
    private let sink: @Sendable (String) -> Void

    /// A log to standard error; colours only where that is a terminal.
    package init(_ component: String, format: Format = .automatic, level: Level = .info) {
        let isTerminal = StandardStream.error.isTerminal
        self.init(
            component, format: format == .automatic ? (isTerminal ? .text : .json) : format,
            level: level, isColoured: isTerminal
        ) { StandardStream.error.write($0) }
    }

    /// A log whose lines, each with its newline, go to the closure.
    package init(
        _ component: String, format: Format, level: Level, isColoured: Bool = false,
        isSilent: Bool = false, sink: @escaping @Sendable (String) -> Void
    ) {
        self.component = component
        self.format = format
        self.level = level
        self.isColoured = isColoured
        self.isSilent = isSilent
        self.sink = sink
    }

    /// The same log under the name of another part.
    package func with(component: String) -> Log {
        Log(
            component, format: format, level: level, isColoured: isColoured, isSilent: isSilent,
            sink: sink)
    }

    /// Says what only somebody looking for a fault wants to know.
    package func debug(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        line(.debug, message, fields)
    }

    /// Says what happened in the ordinary run of things.
    package func info(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        line(.info, message, fields)
    }

    /// Says what somebody should look at in the day.
    package func warning(
        _ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        line(.warning, message, fields)
    }

    /// Says what somebody must look at now.
    package func error(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        line(.error, message, fields)
    }

    private func line(
        _ level: Level, _ message: StaticString, _ fields: KeyValuePairs<String, LogValue>
    ) {
        guard !isSilent, level >= self.level else { return }
        let line = LogLine(
            time: LogTime.now(), level: level, component: component,
            message: String(describing: message), fields: fields)
        sink(format == .json ? line.json : line.text(isColoured: isColoured))
    }
}

extension Log {
    /// The time of day as log lines on a terminal print it, in UTC: `10:20:30.123`.
    package static func clockNow() -> String {
        LogTime.now().clock
    }
}
