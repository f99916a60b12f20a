/// Why an operator sets records aside.
enum DropReason {
    /// The longest reason, in characters.
    private static let limit = 500

    static let option = Command.Option(
        name: "--why", value: .text("TEXT"),
        help: "Why nobody needs them, in one line (required)")

    /// What was given, in one line.
    static func read(_ invocation: Invocation) throws(CommandFailure) -> String {
        guard let why = invocation.text("--why"), !why.isEmpty else {
            throw CommandFailure(.usage, "--why is missing: say why nobody needs these records")
        }
        guard !why.contains(where: \.isNewline), why.count <= limit else {
            throw CommandFailure(
                .usage, "--why must be one line of at most \(limit) characters")
        }
        return why
    }
}
