package import Kafka
package import Store

/// Events and dead letters that the live state has and a rebuilt one has not.
package struct StateLoss: Sendable {
    /// How many of them are named at most.
    package static let namedLimit = 10

    /// Events; each counts once, however often it came.
    package internal(set) var events = 0
    /// The first of them: what each is, and where its record was.
    package internal(set) var named: [String] = []
    /// For each partition the first and the last of their offsets.
    package internal(set) var spans: [TopicPartition: ClosedRange<Int64>] = [:]
    /// Dead letters whose records are gone; they are carried over.
    package internal(set) var deadLetters: [DeadLetter] = []

    /// Whether nothing is lost.
    package var isNothing: Bool { events == 0 && spans.isEmpty }
}

/// Finds what a rebuilt generation lacks of the live state: the event with the same body, for each
/// entity, wherever its record is now.
package struct LossCheck {
    private let live: StateReader
    private let rebuilt: StateReader
    private let starts: [TopicPartition: Int64]
    private var loss = StateLoss()

    /// Compares what two readers see; each is to be within a snapshot.
    ///
    /// `starts` are the offsets of the oldest records that the partitions have.
    package init(
        live: StateReader, rebuilt: StateReader, starts: [TopicPartition: Int64]
    ) {
        self.live = live
        self.rebuilt = rebuilt
        self.starts = starts
    }

    /// Compares everything.
    package consuming func run() throws(StoreError) -> StateLoss {
        for entity in try live.entities() { try compare(entity) }
        try compareProgress()
        try compareDeadLetters()
        return loss
    }

    private mutating func compare(_ entity: String) throws(StoreError) {
        let old = try live.knownEvents(of: entity)
        let new = try rebuilt.knownEvents(of: entity)
        var candidate = try new.next()
        while let known = try old.next() {
            while let other = candidate, other.id.utf8.lexicographicallyPrecedes(known.id.utf8) {
                candidate = try new.next()
            }
            var missing = Set(known.events.map(\.fingerprint))
            if let candidate, candidate.id.utf8.elementsEqual(known.id.utf8) {
                missing.subtract(candidate.events.map(\.fingerprint))
            }
            for event in known.events where missing.remove(event.fingerprint) != nil {
                try lose(live.event(inRow: event.history), entity, known.id)
            }
        }
    }

    private mutating func lose(_ event: HistoryEntry, _ entity: String, _ id: String) {
        loss.events += 1
        let position = event.position
        widen(TopicPartition(position.topic, position.partition), position.offset...position.offset)
        guard loss.named.count < StateLoss.namedLimit else { return }
        loss.named.append("\(event.type) of \(entity) \(id), from \(position)")
    }

    /// What the live state has read beyond the end that a partition has now.
    private mutating func compareProgress() throws(StoreError) {
        let reached = try nextOffsets(rebuilt)
        for partition in try live.progress() {
            let key = TopicPartition(partition.topic, partition.partition)
            let next = reached[key] ?? 0
            if next < partition.next { widen(key, next...partition.next - 1) }
        }
    }

    /// A dead letter whose record is still there was read by the rebuilt state, which has applied
    /// it or kept it as well; one whose record is gone is carried over.
    private mutating func compareDeadLetters() throws(StoreError) {
        var known: Set<RecordPosition> = []
        try forEachDeadLetter(of: rebuilt) { known.insert($0.position) }
        var gone: [DeadLetter] = []
        try forEachDeadLetter(of: live) { letter in
            let key = TopicPartition(letter.position.topic, letter.position.partition)
            let isThere = starts[key].map { letter.position.offset >= $0 } ?? false
            if !isThere, !known.contains(letter.position) { gone.append(letter) }
        }
        loss.deadLetters = gone
    }

    private func forEachDeadLetter(
        of reader: StateReader, _ body: (DeadLetter) -> Void
    ) throws(StoreError) {
        var cursor: Int64 = 0
        while true {
            let page = try reader.deadLetters(after: cursor, limit: 1000)
            guard let last = page.last else { return }
            cursor = last.number
            page.forEach(body)
        }
    }

    private func nextOffsets(_ reader: StateReader) throws(StoreError) -> [TopicPartition: Int64] {
        Dictionary(
            try reader.progress().map { (TopicPartition($0.topic, $0.partition), $0.next) },
            uniquingKeysWith: max)
    }

    private mutating func widen(_ key: TopicPartition, _ span: ClosedRange<Int64>) {
        let old = loss.spans[key] ?? span
        loss.spans[key] =
            min(old.lowerBound, span.lowerBound)...max(old.upperBound, span.upperBound)
    }
}
