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
        var line = "{\"time\":\"\(time.full)\",\"level\":\"\(level.rawValue)\""
        line += ",\"component\":" + quoted(component) + ",\"message\":" + quoted(message)
        for (name, value) in fields {
            line += "," + quoted(name) + ":" + value.json
        }
        return line + "}\n"
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
        case .integer, .unsigned, .boolean: return json
        case .number(let value): return rounded(value)
        }
    }

    fileprivate var json: String {
        switch self {
        case .string(let value): quoted(value)
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        // JSON has no infinity.
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .boolean(let value): value ? "true" : "false"
        }
    }

    /// Three digits after the point are enough to read.
    private func rounded(_ value: Double) -> String {
        abs(value) < 1e12 ? "\((value * 1000).rounded() / 1000)" : "\(value)"
    }
}

/// The text as a JSON string.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case let control where control.value < 32 || control.value == 127:
            let digits = String(control.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
