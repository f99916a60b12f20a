import Configuration
import Events

/// What was typed after a command's name, checked against its declaration.
struct Invocation: Sendable {
    var arguments: [String] = []
    var values: [String: [String]] = [:]
    let command: Command
    let console: Console
    /// The environment of the process.
    let environment: [String: String]

    /// Whether an option was given.
    func has(_ option: String) -> Bool {
        values[option] != nil
    }

    /// What was given with an option; the last counts.
    func text(_ option: String) -> String? {
        values[option]?.last
    }

    /// A whole number given with an option, which the parser has checked.
    func integer(_ option: String) -> Int? {
        text(option).flatMap { Int($0) }
    }

    /// A number given with an option, which the parser has checked.
    func number(_ option: String) -> Double? {
        text(option).flatMap { Double($0) }
    }

    /// A time given with an option.
    func time(_ option: String) throws(CommandFailure) -> Timestamp? {
        guard let text = text(option) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw CommandFailure(
                .usage, "\(option) is \"\(text)\": must be a time such as 2026-03-01T10:00:00Z")
        }
        return time
    }

    /// A time or a date given with an option.
    func pointInTime(_ option: String) throws(CommandFailure) -> PointInTime? {
        guard let text = text(option) else { return nil }
        guard let point = PointInTime(text) else {
            throw CommandFailure(
                .usage, "\(option) is \"\(text)\": must be \(PointInTime.allowed)")
        }
        return point
    }

    /// Makes sure that it is said which ones are meant: by a filter at least, or by `--all` alone.
    func requireFilter(of filters: [String], for things: String) throws(CommandFailure) {
        let isNarrowed = filters.contains(where: has)
        guard isNarrowed == has("--all") else { return }
        throw CommandFailure(
            .usage,
            isNarrowed
                ? "--all and a filter: which of them is meant?"
                : "nothing says which \(things) are meant: give "
                    + "\(filters.joined(separator: ", ")) or --all")
    }

    /// Whether a script reads the answer.
    var wantsJSON: Bool {
        text("--output") == "json"
    }

    /// The settings given on the command line: those of `--set`, and of options that stand for one.
    var flags: [ConfigurationFlag] {
        let named = command.allOptions.compactMap { option in
            option.setting.flatMap { path in
                text(option.name).map {
                    ConfigurationFlag(option: option.name, path: path, text: $0)
                }
            }
        }
        let set = (values["--set"] ?? []).compactMap { pair in
            pair.firstIndex(of: "=").map { equals in
                ConfigurationFlag(
                    option: "--set", path: String(pair[..<equals]),
                    text: String(pair[equals...].dropFirst()))
            }
        }
        return named + set
    }
}
