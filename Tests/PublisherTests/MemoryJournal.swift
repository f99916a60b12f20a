import Events
import Journal
import Publisher
import Threads

/// A journal in memory: appended to by the test, read by the publisher.
final class MemoryJournal: Sendable {
    private struct Content {
        var records: [JournalRecord] = []
        var published: UInt64 = 0
    }

    private let content = Monitor(Content())

    var published: UInt64 { content.withLock { $0.published } }

    /// What the publisher sees of it.
    var tail: JournalTail {
        JournalTail(
            published: { self.published },
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
            record: { through in
                self.content.update { content in
                    precondition(through >= content.published, "the checkpoint goes back")
                    content.published = through
                }
            })
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

    /// Waits until everything up to a record is published.
    func waitForPublished(_ sequence: UInt64, upTo limit: Duration = .seconds(30)) -> Bool {
        content.wait(upTo: limit) { $0.published >= sequence ? true : nil } ?? false
    }
}
