/// What a part sees of the configuration: the settings below one path.
///
/// Each question names the key and the default; a value that is not allowed is reported, and the
/// default given, so that one start finds all that is wrong.
package struct ConfigurationSection {
    let reader: ConfigurationReader
    /// Where this is: `ingress`, or `ingress.keys[0]`; empty for the whole.
    package let path: String
    let members: [String: ConfigurationValue]

    /// A whole number.
    package func integer(
        _ key: String, default standard: Int, range: ClosedRange<Int> = 0...Int.max
    ) -> Int {
        let limits =
            range.upperBound == .max
            ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        return read(key, default: standard, allowed: "a whole number \(limits)") { given in
            let value: Int? =
                switch given {
                case .value(.integer(let value), _): value
                case .text(let text, _): Int(text)
                default: nil
                }
            return value.flatMap { range.contains($0) ? $0 : nil }
        } written: {
            .integer($0)
        }
    }

    /// A number that may have a fraction.
    package func number(
        _ key: String, default standard: Double, range: ClosedRange<Double>
    ) -> Double {
        let limits = "a number from \(range.lowerBound) to \(range.upperBound)"
        return read(key, default: standard, allowed: limits) { given in
            let value: Double? =
                switch given {
                case .value(.integer(let value), _): Double(value)
                case .value(.number(let value), _): value
                case .text(let text, _): Double(text)
                default: nil
                }
            return value.flatMap { range.contains($0) ? $0 : nil }
        } written: {
            .number($0)
        }
    }

    /// Yes or no.
    package func boolean(_ key: String, default standard: Bool) -> Bool {
        read(key, default: standard, allowed: "true or false") { given in
            switch given {
            case .value(.boolean(let value), _): value
            case .text(let text, _): Bool(text)
            default: nil
            }
        } written: {
            .boolean($0)
        }
    }

    /// Text; where `isAllowed` says no, `allowed` ends the sentence "must be ...".
    package func string(
        _ key: String, default standard: String, allowed: String = "text",
        where isAllowed: (String) -> Bool = { _ in true }
    ) -> String {
        read(key, default: standard, allowed: allowed) { given in
            Self.text(given).flatMap { isAllowed($0) ? $0 : nil }
        } written: {
            .string($0)
        }
    }

    /// Text that may be left out.
    package func optionalString(
        _ key: String, allowed: String = "text", where isAllowed: (String) -> Bool = { _ in true }
    ) -> String? {
        read(key, default: nil, allowed: allowed) { given in
            Self.text(given).flatMap { isAllowed($0) ? .some($0) : nil }
        } written: {
            $0.map { .string($0) } ?? .null
        }
    }

    /// Text that nobody is shown; better given as a file's name, for `optionalString`.
    package func secret(_ key: String) -> String? {
        read(key, default: nil, allowed: "text", isSecret: true) { given in
            Self.text(given).map { .some($0) }
        } written: {
            $0.map { .string($0) } ?? .null
        }
    }

    /// A list of texts; outside the file separated by commas.
    package func strings(_ key: String, default standard: [String]) -> [String] {
        read(key, default: standard, allowed: "a list of texts") { given in
            switch given {
            case .value(.array(let values), _):
                let texts = values.compactMap { value in
                    if case .string(let text) = value { text } else { nil as String? }
                }
                return texts.count == values.count ? texts : nil
            case .text(let text, _):
                return text.split(separator: ",").map { Self.trimmed(String($0)) }
            default: return nil
            }
        } written: {
            .array($0.map { .string($0) })
        }
    }

    /// One of the words of an enumeration.
    package func choice<E: RawRepresentable & CaseIterable>(
        _ key: String, default standard: E
    ) -> E where E.RawValue == String {
        let words = E.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        return read(key, default: standard, allowed: words) { given in
            Self.text(given).flatMap(E.init(rawValue:))
        } written: {
            .string($0.rawValue)
        }
    }

    /// The settings below a key; without any where the key is not there.
    package func section(_ key: String) -> ConfigurationSection {
        let path = path(of: key)
        reader.noteSection(path)
        switch members[key] {
        case .object(let members):
            return ConfigurationSection(reader: reader, path: path, members: members)
        case nil, .null: break
        case let value?: report(key, value: value.description, allowed: "an object: { ... }")
        }
        return ConfigurationSection(reader: reader, path: path, members: [:])
    }

    /// A list of sections; without any where the key is not there.
    package func sections(_ key: String) -> [ConfigurationSection] {
        let path = path(of: key)
        reader.noteSection(path)
        switch members[key] {
        case .array(let values):
            return values.enumerated().map { index, value in
                let place = "\(path)[\(index)]"
                guard case .object(let members) = value else {
                    let origin = given(key)?.origin
                    report(place, value.description, origin, "an object: { ... }")
                    return ConfigurationSection(reader: reader, path: place, members: [:])
                }
                return ConfigurationSection(reader: reader, path: place, members: members)
            }
        case nil, .null: return []
        case let value?:
            report(key, value: value.description, allowed: "a list of objects: [{ ... }]")
            return []
        }
    }

    /// The names that the file has here, sorted, for a section whose names are free.
    package func keys() -> [String] {
        members.keys.sorted()
    }

    /// Accepts a setting that an earlier version had, with a notice if it is given.
    package func ignore(_ key: String, because reason: String) {
        let path = path(of: key)
        let notice = given(key).map {
            "\(path) (\($0.origin)) is ignored: \(reason); remove the setting"
        }
        reader.noteFormer(path, notice: notice)
    }

    /// Tells a problem that only the part can see; `allowed` ends the sentence "must be ...".
    package func report(_ key: String, value: String, allowed: String) {
        let path = path(of: key)
        reader.report(
            ConfigurationProblem(
                path: path, value: value, origin: given(key)?.origin, allowed: allowed))
    }

    /// Tells a problem in the part's own words.
    package func report(_ key: String, value: String?, complaint: String) {
        reader.report(
            ConfigurationProblem(
                path: path(of: key), value: value, origin: given(key)?.origin,
                complaint: complaint))
    }
}
