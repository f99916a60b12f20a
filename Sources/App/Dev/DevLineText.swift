/// A line of `dev`, for a person: what happened, to which webhook, and what came of it.
struct DevLineText {
    let paint: Paint
    /// Longer lines are cut; nil where nobody looks.
    let columns: Int?

    func text(_ line: DevStory.Line, at clock: String) -> String {
        let number = line.number.map { "#\($0)" } ?? ""
        let (verb, rest) = words(line.stage)
        let start = "\(clock)  \(padded(verb, 11))  \(padded(number, 6)) "
        let room = columns.map { max(20, $0 - start.count) }
        let shown = cut(rest, to: room)
        return paint.dim(clock) + "  " + colour(line.stage, padded(verb, 11)) + "  "
            + paint.dim(padded(number, 6)) + " " + shown + "\n"
    }

    private func words(_ stage: DevStage) -> (verb: String, rest: String) {
        switch stage {
        case .accepted(_, let type, let key): ("accepted", named(type, key))
        case .repeated(_, let type, let key): ("seen before", named(type, key))
        case .quarantined(_, let type, let reason):
            ("quarantined", named(type, "reason: \(reason)"))
        case .published(_, let record): ("published", "\(record)")
        case .applied(_, let entity, let id, let outcome, let fields):
            (outcome == "applied" ? "applied" : spaced(outcome), "\(entity) \(id)" + list(fields))
        case .dead(let record, let reason): ("dead letter", "\(record)  \(reason)")
        }
    }

    private func named(_ type: String?, _ rest: String?) -> String {
        padded(type ?? "?", 27) + "  " + (rest ?? "")
    }

    /// The first few fields by name, the others by number.
    private func list(_ fields: [String]) -> String {
        guard !fields.isEmpty else { return "" }
        let shown = fields.prefix(5).joined(separator: ", ")
        return "  " + shown + (fields.count > 5 ? " and \(fields.count - 5) more" : "")
    }

    private func spaced(_ outcome: String) -> String {
        outcome.replacing("_applied", with: "")
    }

    private func colour(_ stage: DevStage, _ verb: String) -> String {
        switch stage {
        case .accepted: paint.cyan(verb)
        case .published: paint.yellow(verb)
        case .applied(_, _, _, "applied", _): paint.green(verb)
        case .applied, .repeated: paint.dim(verb)
        case .quarantined, .dead: paint.red(verb)
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func cut(_ text: String, to width: Int?) -> String {
        guard let width, text.count > width else { return text }
        return text.prefix(width - 1) + "…"
    }
}
