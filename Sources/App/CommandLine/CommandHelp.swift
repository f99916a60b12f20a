/// The help, made from the command table.
struct CommandHelp {
    /// How wide the text is at most.
    private static let columns = 96

    let commands: [Command]
    let paint: Paint

    /// The list of commands; of one family where a word is given.
    func overview(of family: String? = nil) -> String {
        let shown = commands.filter { family.map { $0 + " " }.map($0.name.hasPrefix) ?? true }
        var text = ""
        if family == nil {
            text += "\(paint.bold("Hookline")): webhooks in, Kafka topics out, state rebuilt\n\n"
        }
        let words = ["hookline", family, "COMMAND", "[OPTIONS]"].compactMap(\.self)
        text += "\(paint.bold("Usage")): \(words.joined(separator: " "))\n"
        let width = (shown.map(\.name.count).max() ?? 0) + 2
        for group in Command.Group.allCases {
            let members = shown.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            text += "\n\(paint.bold(group.rawValue))\n"
            for command in members { text += row(command.name, command.summary, width) }
        }
        text += "\nhookline COMMAND --help tells more, with examples.\n"
        guard family == nil else { return text }
        return text + "New here? hookline dev --demo shows the way of four webhooks.\n"
    }

    /// All about one command.
    func text(for command: Command) -> String {
        var text = "\(command.summary).\n\n\(paint.bold("Usage")): hookline \(command.name)"
        for argument in command.arguments {
            text += argument.isRequired ? " \(argument.name)" : " [\(argument.name)]"
        }
        text += " [OPTIONS]\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        text += section("Arguments", command.arguments.map { ($0.name, $0.help) })
        text += section("Options", (command.options + [.help]).map(described))
        if command.readsSettings {
            text += section("Settings", Command.Option.settings.map(described))
        }
        guard !command.examples.isEmpty else { return text }
        text += "\n\(paint.bold("Examples"))\n"
        for example in command.examples {
            text += "  \(paint.dim("# " + example.text))\n  \(example.line)\n"
        }
        return text
    }

    private func described(_ option: Command.Option) -> (String, String) {
        let short = option.short.map { "\($0), " } ?? ""
        let left = option.placeholder.isEmpty ? option.name : "\(option.name) \(option.placeholder)"
        let setting = option.setting.map { " (\($0))" } ?? ""
        return (short + left, option.help + setting)
    }

    private func section(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let width = min(rows.map(\.0.count).max() ?? 0, 38) + 2
        return "\n\(paint.bold(title))\n" + rows.map { row($0.0, $0.1, width) }.joined()
    }

    /// A name and what it means, which goes on a line of its own under a long name.
    private func row(_ name: String, _ help: String, _ width: Int) -> String {
        let indent = String(repeating: " ", count: width + 2)
        let meaning = wrapped(help, to: Self.columns - indent.count)
            .joined(separator: "\n" + indent)
        guard name.count <= width - 2 else { return "  \(name)\n\(indent)\(meaning)\n" }
        return "  \(name)\(indent.dropFirst(2 + name.count))\(meaning)\n"
    }

    private func wrapped(_ text: String, to width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
