package import Events
package import Kafka
package import Projection
package import Store
package import Telemetry
internal import Threads

/// What became of dead letters that were looked at again.
package struct RetrySummary: Hashable, Sendable {
    /// How many were applied, by outcome.
    package var applied: [Outcome: Int] = [:]
    /// How many stay, by their reason as it is now.
    package var staying: [DeadLetterReason: Int] = [:]

    /// None yet.
    package init() {}
}

// As text, a line a number: how the answer to a request carries it.
extension RetrySummary: LosslessStringConvertible {
    /// Its lines.
    package var description: String {
        let applied = Outcome.allCases.compactMap { outcome in
            self.applied[outcome].map { "applied \(outcome.name) \($0)" }
        }
        let staying = DeadLetterReason.allCases.compactMap { reason in
            self.staying[reason].map { "stays \(reason.name) \($0)" }
        }
        return (applied + staying).joined(separator: "\n")
    }

    /// Reads the lines; nil where one is none.
    package init?(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let count = Int(words[2]) else { return nil }
            let outcome = Outcome.allCases.first { $0.name == words[1] }
            switch (words[0], outcome, DeadLetterReason(name: words[1])) {
            case ("applied", let outcome?, _): applied[outcome] = count
            case ("stays", _, let reason?): staying[reason] = count
            default: return nil
            }
        }
    }
}

/// What a dead letter is under a catalogue.
package enum DeadLetterJudgement: Sendable {
    /// An event that can be applied.
    case event(ScannedEvent)
    /// No event still: why, and the same in words.
    case stays(DeadLetterReason, String)
}

/// Looks at dead letters again, under a catalogue that may have learned their types; one a thread.
///
/// The bytes are the store's; where it has not all of them, those in Kafka are read, if they are
/// the same still.
package final class DeadLetterJudge {
    let reader: RecordReader
    private let kafka: KafkaConfiguration
    private let log: Log
    private var client: KafkaConsumer?

    /// How long Kafka may take to give one record.
    private static let readLimit = Duration.seconds(5)
    private static let answerLimit = Duration.seconds(1)
    private static let closeLimit = Duration.seconds(2)

    /// Makes a judge; Kafka is asked only where the store has not all bytes.
    package init(catalogue: Catalogue, kafka: KafkaConfiguration, log: Log) {
        reader = RecordReader(catalogue: catalogue, prefix: kafka.topicPrefix)
        self.kafka = kafka
        self.log = log
    }

    deinit {
        client?.close(upTo: Self.closeLimit)
    }

    /// Reads a letter as the consumer would read its record now.
    package func judge(_ letter: DeadLetter) -> DeadLetterJudgement {
        guard letter.valueBytes <= RecordReader.valueLimit else {
            return .stays(.size, letter.detail)
        }
        let whole: DeadLetter
        do {
            whole = try complete(letter)
        } catch {
            return .stays(letter.reason, error.text)
        }
        let (key, value) = (whole.key, whole.value)
        let content: RecordContent
        do {
            content = try reader.read(
                key: key?.span, value: value?.span, topic: letter.position.topic,
                timestamp: letter.timestamp)
        } catch {
            return .stays(letter.reason, "\(error)")
        }
        switch content {
        case .event(let event): return .event(event)
        case .deadLetter(let reason, let detail, _): return .stays(reason, detail)
        }
    }

    private func connected() throws(KafkaError) -> KafkaConsumer {
        if let client { return client }
        let made = try KafkaConsumer(kafka, log: log)
        client = made
        return made
    }

    /// Why the whole record of a letter cannot be had, in words.
    package struct Unreadable: Error {
        /// The sentence, without a full stop.
        package let text: String
    }

    /// The letter with all bytes of its record: Kafka has those that the store has not.
    package func complete(_ letter: DeadLetter) throws(Unreadable) -> DeadLetter {
        guard letter.isCut else { return letter }
        var found: (offset: Int64, key: [UInt8]?, value: [UInt8]?)?
        do throws(KafkaError) {
            let client = try connected()
            let partition = TopicPartition(letter.position.topic, letter.position.partition)
            let isThere = try client.read(
                partition, at: letter.position.offset, upTo: Self.readLimit
            ) { record in
                found = (record.offset, record.key, record.value)
            }
            // Nothing came: at the partition's end, or because nobody answers.
            if !isThere { _ = try client.watermarks(of: partition, upTo: Self.answerLimit) }
        } catch {
            throw Unreadable(text: "its whole value is in Kafka alone: \(error)")
        }
        guard let found, found.offset == letter.position.offset,
            let whole = letter.completed(key: found.key, value: found.value)
        else {
            throw Unreadable(text: "its whole value was in Kafka alone, and is not there any more")
        }
        return whole
    }
}

/// Applies the dead letters that are events now, each in one transaction with its going; the rest
/// stay, with their reasons brought up to date.
package final class DeadLetterRetry {
    /// Letters in one transaction at most: each may have a megabyte.
    private static let letters = 16
    /// How long a step goes on with the next ones.
    private static let stepNanoseconds: UInt64 = 100_000_000

    private let store: StateStore
    private let judge: DeadLetterJudge
    private let selection: DeadLetterSelection
    private let last: Int64
    private var cursor: Int64 = 0
    /// What has become of those that were looked at.
    package private(set) var summary = RetrySummary()

    /// Prepares to look at what there is now; letters that come in later are left.
    package init(
        _ store: StateStore, _ selection: DeadLetterSelection, _ judge: DeadLetterJudge
    ) throws(StoreError) {
        self.store = store
        self.judge = judge
        self.selection = selection
        last = try store.lastDeadLetter()
    }

    /// A letter and what is to become of it.
    private enum Verdict {
        /// Why it stays one.
        case stays(DeadLetterReason, String)
        /// The event, with the state that it alone gives.
        case event(StoredEvent, state: [UInt8])
    }

    /// Looks at the next letters, for a tenth of a second or so; false where none is left.
    package func step() throws(StoreError) -> Bool {
        let begin = MonotonicClock.now()
        while MonotonicClock.now() - begin < Self.stepNanoseconds {
            let letters = try store.deadLetters(selection, after: cursor, limit: Self.letters)
                .filter { $0.number <= last }
            if letters.isEmpty { return false }
            // Kafka may be asked for each: outside of the transaction, and no more than time allows.
            var verdicts: [(letter: DeadLetter, verdict: Verdict)] = []
            for letter in letters {
                verdicts.append((letter, verdict(on: letter)))
                if MonotonicClock.now() - begin >= Self.stepNanoseconds { break }
            }
            try settle(verdicts)
            cursor = verdicts.last?.letter.number ?? cursor
        }
        return true
    }

    private func verdict(on letter: DeadLetter) -> Verdict {
        switch judge.judge(letter) {
        case .stays(let reason, let detail): return .stays(reason, detail)
        case .event(let event):
            var state: [UInt8] = []
            do {
                try judge.reader.encodeState(event.entry, event.version, to: &state)
            } catch {
                return .stays(letter.reason, "\(error)")
            }
            return .event(judge.reader.stored(event, at: letter.position), state: state)
        }
    }

    private func settle(
        _ verdicts: [(letter: DeadLetter, verdict: Verdict)]
    ) throws(StoreError) {
        var settled = summary
        try store.begin()
        do {
            for (letter, verdict) in verdicts { try settle(letter, verdict, &settled) }
        } catch {
            store.rollBack()
            throw error
        }
        try store.commit()
        summary = settled
    }

    private func settle(
        _ letter: DeadLetter, _ verdict: Verdict, _ summary: inout RetrySummary
    ) throws(StoreError) {
        switch verdict {
        case .stays(let reason, let detail):
            try store.setReason(reason, detail, of: letter.number)
            summary.staying[reason, default: 0] += 1
        case .event(let event, let state):
            let outcome = try store.apply(event, state.span)
            try store.removeDeadLetter(letter.number)
            summary.applied[outcome, default: 0] += 1
        }
    }
}
