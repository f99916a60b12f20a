/// Colour on a terminal, plain text elsewhere.
struct Paint: Sendable {
    let isOn: Bool

    func bold(_ text: String) -> String { with("1", text) }
    func dim(_ text: String) -> String { with("2", text) }
    func red(_ text: String) -> String { with("31", text) }
    func green(_ text: String) -> String { with("32", text) }
    func yellow(_ text: String) -> String { with("33", text) }
    func cyan(_ text: String) -> String { with("36", text) }

    private func with(_ code: String, _ text: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
