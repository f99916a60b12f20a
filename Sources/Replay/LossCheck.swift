package import Consumer
package import Kafka
package import Store

/// Finds what a rebuilt generation lacks of the live state: an event counts as there if one with
/// the same body is, wherever its record is now and whichever entity the catalogue gives it to.
package struct LossCheck {
    /// An event that the same entity of the rebuilt state lacks.
    private struct Candidate {
        let fingerprint: UInt64
        let history: Int64
        let entity: String
        let id: String
    }

    /// So many candidates are looked for under other entities; with more the state is another one.
    private static let candidateLimit = 100_000

    private let live: StateReader
    private let rebuilt: StateReader
    private let starts: [TopicPartition: Int64]
    private var loss = StateLoss()
    private var candidates: [Candidate] = []

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
        let elsewhere = try eventsElsewhere()
        for candidate in candidates where !elsewhere.contains(candidate.fingerprint) {
            try lose(candidate)
        }
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
                let candidate = Candidate(
                    fingerprint: event.fingerprint, history: event.history, entity: entity,
                    id: known.id)
                if candidates.count < Self.candidateLimit {
                    candidates.append(candidate)
                } else {
                    try lose(candidate)
                }
            }
        }
    }

    /// Which of the candidates the rebuilt state has under another entity: a catalogue whose key
    /// or entity has changed moves events.
    private func eventsElsewhere() throws(StoreError) -> Set<UInt64> {
        guard !candidates.isEmpty, candidates.count < Self.candidateLimit else { return [] }
        let wanted = Set(candidates.map(\.fingerprint))
        var found: Set<UInt64> = []
        for entity in try rebuilt.entities() {
            let rows = try rebuilt.knownEvents(of: entity)
            while let known = try rows.next() {
                for event in known.events where wanted.contains(event.fingerprint) {
                    found.insert(event.fingerprint)
                }
            }
        }
        return found
    }

    private mutating func lose(_ candidate: Candidate) throws(StoreError) {
        let event = try live.event(inRow: candidate.history)
        loss.events += 1
        let position = event.position
        widen(TopicPartition(position.topic, position.partition), position.offset...position.offset)
        guard loss.named.count < StateLoss.namedLimit else { return }
        loss.named.append(
            "\(event.type) of \(candidate.entity) \(candidate.id), from \(position)")
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
            // A value may have a megabyte: they are read one by one when they are carried over.
            let page = try reader.deadLetters(after: cursor, limit: 1000, values: false)
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
