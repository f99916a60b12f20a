/// A command: what it is called, what it takes, and what runs it.
///
/// Parsing, help, suggestions and shell completion are all made from this.
struct Command: Sendable {
    /// Under which heading the list of commands has it.
    enum Group: String, CaseIterable, Sendable {
        case run = "Run it"
        case look = "Look at it"
        case operate = "Set it up"
    }

    /// Its words: `serve`, `state get`.
    let name: String
    let group: Group
    /// One line for the list, without a full stop.
    let summary: String
    /// More about it, for its own help.
    var details = ""
    var arguments: [Argument] = []
    var options: [Option] = []
    /// Whether it reads the configuration, and so takes `--config`, `--set` and their kind.
    var readsSettings = true
    var examples: [Example] = []
    let run: @Sendable (Invocation) throws(CommandFailure) -> ExitCode

    /// All it understands: its own options, then those that every command of its kind has.
    var allOptions: [Option] {
        options + (readsSettings ? Option.settings : []) + [.help]
    }
}

extension Command {
    /// A word that is not an option.
    struct Argument: Sendable {
        /// As the usage line shows it: `ENTITY`.
        let name: String
        let help: String
        var isRequired = true
    }

    /// Something that begins with dashes.
    struct Option: Sendable {
        /// What follows the option.
        enum Value: Sendable {
            /// Nothing: it is there or not.
            case none
            /// Text, shown as this word: `FILE`.
            case text(String)
            /// A whole number in these limits.
            case integer(String, ClosedRange<Int>)
            /// A number in these limits.
            case number(String, ClosedRange<Double>)
            /// One of these words.
            case word([String])
        }

        /// With its dashes: `--port`.
        let name: String
        var short: String?
        var value: Value = .none
        let help: String
        /// The setting that it sets, where it does.
        var setting: String?
        var isRepeatable = false
    }

    /// A line to copy.
    struct Example: Sendable {
        let text: String
        let line: String
    }
}

extension Command.Option {
    /// What every command has.
    static let help = Self(name: "--help", short: "-h", help: "Show this")

    /// What every command that reads the configuration has.
    static let settings: [Self] = [
        Self(
            name: "--config", short: "-c", value: .text("FILE"),
            help: "Settings; else HOOKLINE_CONFIG, config/hookline.json5, "
                + "/etc/hookline/hookline.json5"),
        Self(
            name: "--set", value: .text("KEY=VALUE"),
            help: "One setting, over file and environment; repeatable", isRepeatable: true),
        Self(
            name: "--log-level", value: .word(["debug", "info", "warning", "error"]),
            help: "What is worth a line", setting: "log.level"),
        Self(
            name: "--log-format", value: .word(["automatic", "text", "json"]),
            help: "How a line looks", setting: "log.format"),
    ]

    /// For commands that talk to Kafka and have it as a setting of their own.
    static let kafka = Self(
        name: "--kafka", short: "-b", value: .text("HOST:PORT"), help: "Kafka",
        setting: "kafka.bootstrapServers")

    /// For commands whose work is the state.
    static let state = Self(
        name: "--state", value: .text("FOLDER"), help: "The state", setting: "state.folder")

    /// For the roles.
    static let managementPort = Self(
        name: "--management-port", value: .integer("N", 0...65_535),
        help: "Where health and metrics are", setting: "management.port")

    /// For commands whose answer a script may read.
    static let output = Self(
        name: "--output", short: "-o", value: .word(["table", "json"]),
        help: "For people (default) or for scripts")
}
