internal import JSON

/// One line of the log, before it is known for whom it is written.
struct LogLine {
    let time: LogTime
    let level: Log.Level
    let component: String
    let message: String
    let fields: KeyValuePairs<String, LogValue>

    /// `10:20:30.123 info    journal    segment sealed  segment=12`, with its newline.
    func text(isColoured: Bool) -> String {
        let paint = { (text: String, code: String) in
            isColoured && !code.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
        }
        var line = paint(time.clock, "2") + " " + paint(padded(level.rawValue, 8), level.colour)
        line += paint(padded(component, 11), "2") + message
        for (name, value) in fields {
            line += (line.last == " " ? "" : "  ") + paint(name + "=", "2") + value.text
        }
        return line + "\n"
    }

    /// `{"time":"...","level":"info","component":"journal","message":"...","segment":12}`.
    var json: String {
        var writer = JSONWriter(capacity: 256)
        writer.object { line in
            line.field("time", time.full)
            line.field("level", level.rawValue)
            line.field("component", component)
            line.field("message", message)
            for (name, value) in fields {
                line.key(name)
                value.write(to: &line)
            }
        }
        writer.newline()
        return writer.text
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension Log.Level {
    /// The number of the terminal's colour.
    fileprivate var colour: String {
        switch self {
        case .debug: "2"
        case .info: "32"
        case .warning: "33"
        case .error: "31;1"
        }
    }
}

extension LogValue {
    /// As a person reads it: quoted only where it has a blank or something invisible.
    fileprivate var text: String {
        switch self {
        case .string(let value):
            let isPlain = value.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && $0 != "\"" && $0 != "="
            }
            return isPlain && !value.isEmpty ? value : quoted(value)
        case .integer(let value): return String(value)
        case .unsigned(let value): return String(value)
        case .number(let value): return rounded(value)
        case .boolean(let value): return String(value)
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .string(let value): writer.value(value)
        case .integer(let value): writer.value(value)
        case .unsigned(let value): writer.value(value)
        case .number(let value): writer.value(value)
        case .boolean(let value): writer.value(value)
        }
    }

    /// Three digits after the point are enough to read.
    private func rounded(_ value: Double) -> String {
        abs(value) < 1e12 ? "\((value * 1000).rounded() / 1000)" : "\(value)"
    }
}

/// The text as a JSON string.
private func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.value(text)
    return writer.text
}
