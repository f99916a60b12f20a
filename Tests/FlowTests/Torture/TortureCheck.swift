/// A body that somebody got an answer for.
struct TortureDelivery {
    let body: [UInt8]
    let type: String
    let key: String
    /// The connection that sent this key's events one after the other.
    let lane: Int?
    let answers: [TortureAnswer]
}

/// Holds what lies in the topics against what the client was told.
///
/// Order in `idempotent`: what was on its way when a process died is sent again, from an earlier
/// record on and in order, and a batch of the dead process may still arrive among it. Each of the
/// streams begins where everything before it has arrived and is in order by itself, so the *first*
/// copies of a partition are in the order of the journal whatever happens. That is checked, and that
/// further copies are copies; in `exactly-once` there are none.
struct TortureCheck {
    let prefix: String
    let partitions: Int32
    let isExactlyOnce: Bool

    /// What was told of one body.
    private struct Told {
        var delivery: TortureDelivery
        var answers: [TortureAnswer]
    }

    /// A first copy in Kafka.
    private struct Found {
        let record: ReadRecord
        let sequence: UInt64
    }

    private(set) var violations: [String] = []
    private(set) var repeats = 0
    private(set) var bodies = 0

    init(prefix: String, partitions: Int32, isExactlyOnce: Bool) {
        self.prefix = prefix
        self.partitions = partitions
        self.isExactlyOnce = isExactlyOnce
    }

    /// Checks everything.
    mutating func check(
        _ deliveries: [TortureDelivery], forbidden: Set<String>, records: [ReadRecord]
    ) {
        let told = tellApart(deliveries)
        bodies = told.count
        let found = findFirst(records, forbidden)
        for (body, told) in told { compare(told, found[body]) }
        for (body, found) in found where told[body] == nil {
            violations.append("nobody was told of \(describe(found.record))")
        }
        checkOrder(Array(told.values), found)
    }

    private func describe(_ record: ReadRecord) -> String {
        "\(record.topic)[\(record.partition)]@\(record.offset) \(record.headers["ce_id"] ?? "")"
    }

    // MARK: - What was told

    /// By body: the copies of an event must all have got the same answer.
    private mutating func tellApart(_ deliveries: [TortureDelivery]) -> [[UInt8]: Told] {
        var told: [[UInt8]: Told] = [:]
        var owners: [UInt64: [UInt8]] = [:]
        for delivery in deliveries {
            let yes = delivery.answers.filter { $0.status == 200 }
            guard !yes.isEmpty else { continue }
            told[delivery.body, default: Told(delivery: delivery, answers: [])].answers += yes
        }
        for (body, each) in told {
            let name = "\(each.delivery.type) at \(each.answers[0].position)"
            let first = each.answers[0]
            let same = each.answers.allSatisfy {
                $0.position == first.position && $0.isAccepted == first.isAccepted
            }
            if !same { violations.append("\(name) has several places: \(each.answers)") }
            if each.answers.count(where: { !$0.isDuplicate }) > 1 {
                violations.append("\(name) was new twice: \(each.answers)")
            }
            if let other = owners.updateValue(body, forKey: first.position), other != body {
                violations.append("\(name) shares place \(first.position) with another body")
            }
        }
        return told
    }

    // MARK: - What lies in Kafka

    private mutating func findFirst(
        _ records: [ReadRecord], _ forbidden: Set<String>
    ) -> [[UInt8]: Found] {
        var found: [[UInt8]: Found] = [:]
        var highest: [String: UInt64] = [:]
        for record in records {
            let sequence = record.headers["hookline-sequence"].flatMap { UInt64($0) } ?? 0
            if forbidden.contains(record.headers["ce_id"] ?? "") {
                violations.append("refused or never sent whole: \(describe(record))")
            }
            if let first = found[record.value] {
                repeats += 1
                let isCopy =
                    first.sequence == sequence && first.record.topic == record.topic
                    && first.record.partition == record.partition
                    && first.record.key == record.key
                if !isCopy || isExactlyOnce {
                    violations.append("\(describe(record)) again, after \(describe(first.record))")
                }
                continue
            }
            found[record.value] = Found(record: record, sequence: sequence)
            // Within a partition the reader gives records in the order of their offsets.
            let place = "\(record.topic)[\(record.partition)]"
            if let before = highest[place], sequence <= before {
                violations.append("\(describe(record)): \(sequence) came after \(before)")
            }
            highest[place] = max(highest[place] ?? 0, sequence)
        }
        return found
    }

    private mutating func compare(_ told: Told, _ found: Found?) {
        let (delivery, answer) = (told.delivery, told.answers[0])
        guard let found else {
            let id = JSONSlice(delivery.body)["eventId"]?.text ?? ""
            violations.append("lost: \(delivery.type) \(id) at \(answer.position)")
            return
        }
        let record = found.record
        let topic = prefix + (answer.isAccepted ? delivery.type : "quarantine")
        if record.topic != topic { violations.append("\(describe(record)) belongs to \(topic)") }
        if found.sequence != answer.position {
            violations.append(
                "\(describe(record)) has sequence \(found.sequence), told \(answer.position)")
        }
        guard answer.isAccepted else { return }
        let partition = JavaPartitioner.partition(of: delivery.key, among: partitions)
        if record.key != delivery.key || record.partition != partition {
            violations.append(
                "\(describe(record)) has key \(record.key ?? "none"), not \(delivery.key) in "
                    + "\(partition)")
        }
    }

    // MARK: - Order

    /// Where the client waited for the answer before it sent the next event of the key, its order is
    /// that of the topic.
    private mutating func checkOrder(_ told: [Told], _ found: [[UInt8]: Found]) {
        let serial = told.filter { $0.delivery.lane != nil && $0.answers[0].isAccepted }
        let byKey = Dictionary(grouping: serial) { "\($0.delivery.type) \($0.delivery.key)" }
        for (name, events) in byKey {
            let sorted = events.sorted { first(of: $0) < first(of: $1) }
            let offsets = sorted.compactMap { found[$0.delivery.body]?.record.offset }
            if zip(offsets, offsets.dropFirst()).contains(where: >=) {
                violations.append("\(name): order of the answers gives offsets \(offsets)")
            }
        }
    }

    private func first(of told: Told) -> Int { told.answers.map(\.order).min() ?? 0 }
}
