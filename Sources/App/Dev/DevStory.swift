/// Where one webhook stands on its way, as `dev` tells it.
enum DevStage: Sendable, Equatable {
    /// Ingress has answered 200; `number` is its place in the journal.
    case accepted(number: UInt64, type: String?, key: String?)
    /// The same webhook came again.
    case repeated(number: UInt64, type: String?, key: String?)
    /// Ingress holds it, but it cannot be routed.
    case quarantined(number: UInt64, type: String?, reason: String)
    /// Kafka has it.
    case published(number: UInt64, record: Record)
    /// The consumer has taken it into the state, or found it old.
    case applied(record: Record, entity: String, id: String, outcome: String, fields: [String])
    /// The consumer could not apply it.
    case dead(record: Record, reason: String)

    /// Where a record lies in Kafka.
    struct Record: Sendable, Hashable, CustomStringConvertible {
        let topic: String
        let partition: Int32
        let offset: Int64

        var description: String { "\(topic)[\(partition)]@\(offset)" }
    }
}

/// Brings the stages of the three parts into the order in which a person expects them: pure.
///
/// The consumer may have a record before the publisher hears of its delivery. What it says then
/// waits for that; and it learns the record's number in the journal.
struct DevStory {
    /// How many records are remembered at most; of older ones the number is not told.
    static let memory = 20_000

    private var numbers: [DevStage.Record: UInt64] = [:]
    private var order: [DevStage.Record] = []
    private var early: [DevStage.Record: DevStage] = [:]

    /// A stage with the webhook's number, where that is known.
    struct Line: Equatable {
        let number: UInt64?
        let stage: DevStage
    }

    /// The lines that can be told now.
    mutating func tell(_ stage: DevStage) -> [Line] {
        switch stage {
        case .accepted(let number, _, _), .repeated(let number, _, _),
            .quarantined(let number, _, _):
            return [Line(number: number, stage: stage)]
        case .published(let number, let record):
            remember(record, number)
            let waiting = early.removeValue(forKey: record)
            return [Line(number: number, stage: stage)]
                + (waiting.map { [Line(number: number, stage: $0)] } ?? [])
        case .applied(let record, _, _, _, _), .dead(let record, _):
            if let number = numbers[record] { return [Line(number: number, stage: stage)] }
            // What was never published here comes from somewhere else: it is told without number.
            guard early.count < Self.memory else { return [Line(number: nil, stage: stage)] }
            early[record] = stage
            return []
        }
    }

    private mutating func remember(_ record: DevStage.Record, _ number: UInt64) {
        numbers[record] = number
        order.append(record)
        guard order.count > 2 * Self.memory else { return }
        for old in order.prefix(Self.memory) { numbers[old] = nil }
        order.removeFirst(Self.memory)
    }
}
