import Support

/// How a body is written where JSON leaves it open: whitespace, and characters as escapes.
///
/// Without a seed plainly; the same seed writes the same.
struct Spelling {
    private var generator: SeededGenerator?

    init(seed: Int?) {
        generator = seed.map { SeededGenerator(seed: $0) }
    }

    private mutating func happens(oneIn count: Int) -> Bool {
        generator?.next().isMultiple(of: UInt64(count)) ?? false
    }

    /// Whitespace, or none.
    mutating func space() -> String {
        guard happens(oneIn: 3) else { return "" }
        return happens(oneIn: 2) ? (happens(oneIn: 2) ? " " : "\t") : "\r\n  "
    }

    /// A string, some of its characters as escapes.
    mutating func string(_ text: String) -> String {
        var written = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || happens(oneIn: 6) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: happens(oneIn: 2))
                    written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                written.unicodeScalars.append(scalar)
            }
        }
        return written + "\""
    }

    /// A value that has no whitespace, with some between its parts; strings stay as they are.
    mutating func value(_ json: String) -> String {
        guard generator != nil else { return json }
        var written = ""
        var isString = false
        var isEscaped = false
        for character in json {
            let isMark = !isString && "[]{},:".contains(character)
            if isMark { written += space() }
            written.append(character)
            if isMark { written += space() }
            if character == "\"", !isEscaped { isString.toggle() }
            isEscaped = isString && character == "\\" && !isEscaped
        }
        return space() + written + space()
    }
}
