import Events
import Journal
import Publisher
import Threads

/// A journal in memory: appended to by the test, read by the publisher.
final class MemoryJournal: Sendable {
    private struct Content {
        var records: [JournalRecord] = []
        var position = PublishPosition(through: 0)
    }

    private let content = Monitor(Content())

    let id: String

    init(id: String = String(UInt64.random(in: .min ... .max), radix: 16)) {
        self.id = id
    }

    var published: UInt64 { position.through }

    var position: PublishPosition { content.withLock { $0.position } }

    /// What the publisher sees of it.
    var tail: JournalTail { tail(record: note) }

    /// The same with another checkpoint: one that is lost, or that notes nothing.
    func tail(
        published: (@Sendable () -> PublishPosition)? = nil,
        record: (@Sendable (PublishPosition) -> Void)? = nil
    ) -> JournalTail {
        JournalTail(
            id: id, published: published ?? { self.position },
            durable: { self.content.withLock { UInt64($0.records.count) } },
            read: { after in
                var next = Int(after)
                return {
                    self.content.withLock { content in
                        guard next < content.records.count else { return nil }
                        defer { next += 1 }
                        return content.records[next]
                    }
                }
            },
            wait: { after, limit in
                _ = self.content.wait(upTo: limit) {
                    $0.records.count > Int(after) ? true : nil
                }
            },
            record: record ?? note)
    }

    private func note(_ position: PublishPosition) {
        content.update { content in
            precondition(position.lowest >= content.position.lowest, "the checkpoint goes back")
            content.position = position
        }
    }

    /// Appends an event of an order whose body is `body` or a text with its sequence.
    @discardableResult
    func append(
        kind: JournalEntry.Kind = .event, type: String? = "order.updated", key: String? = "order-1",
        body: [UInt8]? = nil
    ) -> UInt64 {
        content.update { content in
            let sequence = UInt64(content.records.count + 1)
            let id = EventID(high: 1, low: sequence)
            let entry = JournalEntry(
                kind: kind, receivedAt: Timestamp.now(), type: type, key: key, eventID: id,
                eventIDText: id.description, occurredAtText: "2026-01-02T03:04:05Z",
                bodyHash: BodyHash(high: 0, low: sequence), apiKeyName: "test")
            content.records.append(
                JournalRecord(
                    sequence: sequence, entry: entry,
                    body: body ?? Array("{\"n\":\(sequence)}".utf8)))
            return sequence
        }
    }

    /// Waits until everything up to a record is published, and no topic is behind.
    func waitForPublished(_ sequence: UInt64, upTo limit: Duration = .seconds(30)) -> Bool {
        content.wait(upTo: limit) { $0.position.lowest >= sequence ? true : nil } ?? false
    }
}
