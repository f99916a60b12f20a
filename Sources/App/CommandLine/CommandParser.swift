import Configuration

/// Turns what was typed into what is meant.
struct CommandParser {
    /// What is meant.
    enum Meaning {
        case run(Command, arguments: [String], values: [String: [String]])
        /// The list of commands, or those that begin with this word.
        case overview(of: String?)
        case help(Command)
        case version
    }

    let commands: [Command]

    /// The meaning of the words after the program's name.
    func parse(_ words: [String]) throws(CommandFailure) -> Meaning {
        guard let first = words.first else { return .overview(of: nil) }
        switch first {
        case "--help", "-h": return .overview(of: nil)
        case "--version", "-V", "version": return .version
        case "help": return try help(Array(words.dropFirst()))
        default: break
        }
        if first.hasPrefix("-") {
            throw usage("\(first) stands before the command; put it after", see: nil)
        }
        guard let (command, rest) = command(in: words) else { return try incomplete(words) }
        return try parse(rest, for: command)
    }

    private func help(_ words: [String]) throws(CommandFailure) -> Meaning {
        guard !words.isEmpty else { return .overview(of: nil) }
        guard let (command, _) = command(in: words) else { return try incomplete(words + ["-h"]) }
        return .help(command)
    }

    /// The command whose words these begin with, and the words after it; the longest name counts.
    private func command(in words: [String]) -> (Command, [String])? {
        let matches = commands.filter { command in
            words.starts(with: command.name.split(separator: " ").map(String.init))
        }
        return matches.max { $0.name.count < $1.name.count }.map { command in
            (command, Array(words.dropFirst(command.name.split(separator: " ").count)))
        }
    }

    /// `state` alone, or a word that no command begins with.
    private func incomplete(_ words: [String]) throws(CommandFailure) -> Meaning {
        let first = words[0]
        let family = commands.filter { $0.name.hasPrefix(first + " ") }.map(\.name)
        guard !family.isEmpty else {
            let known = Set(commands.compactMap { $0.name.split(separator: " ").first })
            throw usage(
                "there is no command \(first)" + suggestion(first, known.map(String.init)),
                see: nil)
        }
        guard words.count > 1, !words[1].hasPrefix("-") else {
            if words.count > 1 { return .overview(of: first) }
            throw usage("say which: \(family.joined(separator: ", "))", see: first)
        }
        let hint = suggestion("\(first) \(words[1])", family)
        throw usage("there is no command \(first) \(words[1])\(hint)", see: first)
    }

    private func parse(
        _ words: [String], for command: Command
    ) throws(CommandFailure) -> Meaning {
        var words = words[...]
        var arguments: [String] = []
        var values: [String: [String]] = [:]
        while let word = words.popFirst() {
            if word == "--" {
                arguments += words
                break
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                arguments.append(word)
                continue
            }
            let (name, value) = try option(word, &words, command)
            if name == "--help" { return .help(command) }
            values[name, default: []].append(value)
        }
        try check(arguments, of: command)
        try check(values, of: command)
        return .run(command, arguments: arguments, values: values)
    }

    /// One option with its value, from `--name value`, `--name=value` or `-n value`.
    private func option(
        _ word: String, _ words: inout ArraySlice<String>, _ command: Command
    ) throws(CommandFailure) -> (String, String) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.allOptions.first(where: { $0.name == name || $0.short == name })
        else {
            let known = command.allOptions.map(\.name)
            throw usage("there is no option \(name)" + suggestion(name, known), see: command.name)
        }
        if case .none = option.value {
            guard parts.count == 1 else {
                throw usage("\(option.name) takes no value", see: command.name)
            }
            return (option.name, "")
        }
        guard let value = parts.count == 2 ? String(parts[1]) : words.popFirst() else {
            throw usage("\(option.name) needs \(option.placeholder)", see: command.name)
        }
        guard let allowed = option.complaint(about: value) else { return (option.name, value) }
        throw usage("\(option.name) is \"\(value)\": must be \(allowed)", see: command.name)
    }

    private func check(_ arguments: [String], of command: Command) throws(CommandFailure) {
        let required = command.arguments.filter(\.isRequired)
        if arguments.count < required.count {
            throw usage("\(required[arguments.count].name) is missing", see: command.name)
        }
        if arguments.count > command.arguments.count {
            throw usage(
                "nothing is expected at \"\(arguments[command.arguments.count])\"",
                see: command.name)
        }
    }

    private func check(_ values: [String: [String]], of command: Command) throws(CommandFailure) {
        for option in command.allOptions where !option.isRepeatable {
            guard let given = values[option.name], given.count > 1 else { continue }
            throw usage("\(option.name) is given \(given.count) times", see: command.name)
        }
        for pair in values["--set"] ?? [] where !pair.contains("=") {
            throw usage("--set is \"\(pair)\": must be KEY=VALUE", see: command.name)
        }
    }

    private func suggestion(_ name: String, _ known: [String]) -> String {
        Suggestion.nearest(to: name, in: known).map { ", did you mean \($0)?" } ?? ""
    }

    private func usage(_ message: String, see command: String?) -> CommandFailure {
        let more = (["hookline"] + [command].compactMap(\.self) + ["--help"]).joined(separator: " ")
        var failure = CommandFailure(.usage, message)
        failure.hint = "\(more) shows what there is"
        return failure
    }
}

extension Command.Option {
    /// The word that stands for the value in help: `FILE`, `table|json`.
    var placeholder: String {
        switch value {
        case .none: ""
        case .text(let name), .integer(let name, _), .number(let name, _): name
        case .word(let words): words.joined(separator: "|")
        }
    }

    /// What would be allowed instead; nil where the text is fine.
    func complaint(about text: String) -> String? {
        switch value {
        case .none, .text: return nil
        case .integer(_, let range):
            guard Int(text).map(range.contains) != true else { return nil }
            return "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(_, let range):
            guard Double(text).map(range.contains) != true else { return nil }
            return "a number from \(range.lowerBound) to \(range.upperBound)"
        case .word(let words):
            guard !words.contains(text) else { return nil }
            return words.dropLast().joined(separator: ", ") + " or \(words[words.count - 1])"
        }
    }
}
