import Consumer
import Events
import Ingress
import Journal
import Projection
import Publisher
import Store
import Threads

/// Turns what the parts tell their observers into stages, and hands those on.
final class DevView: Sendable {
    let printer: DevPrinter
    let demo = Monitor<DevDemo?>(nil)
    private let gate: DevGate

    init(_ console: Console, reads topics: Set<String>) {
        printer = DevPrinter(console)
        gate = DevGate(read: topics)
    }

    /// What ingress and publisher are given to tell.
    func extras(takesAnyPort: Bool) -> ServeParts.Extras {
        ServeParts.Extras(
            acknowledged: { [self] in printer.tell(Self.stage($0)) },
            publisher: PublisherHooks(
                published: { [self] record in
                    let place = DevStage.Record(
                        topic: record.topic, partition: record.partition, offset: record.offset)
                    printer.tell(.published(number: record.sequence, record: place))
                },
                mayPublish: { [gate] in gate.mayPublish($0, $1) }),
            takesAnyPort: takesAnyPort)
    }

    /// The consumer has had a record.
    func applied(_ event: AppliedEvent) {
        gate.applied(event.position.topic, event.bytes)
        printer.tell(Self.stage(event))
        if let id = event.eventID, let outcome = event.outcome {
            demo.withLock { $0 }?.applied(eventID: id, outcome: outcome.name)
        }
    }

    private static func stage(_ webhook: AcknowledgedWebhook) -> DevStage {
        let (entry, receipt) = (webhook.entry, webhook.receipt)
        if receipt.duplicate {
            return .repeated(number: receipt.position, type: entry.type, key: entry.key)
        }
        switch receipt.status {
        case .accepted:
            return .accepted(number: receipt.position, type: entry.type, key: entry.key)
        case .quarantined(let reason):
            return .quarantined(
                number: receipt.position, type: entry.type, reason: reason.rawValue)
        }
    }

    private static func stage(_ event: AppliedEvent) -> DevStage {
        let place = DevStage.Record(
            topic: event.position.topic, partition: event.position.partition,
            offset: event.position.offset)
        guard let entity = event.entity, let id = event.id, let outcome = event.outcome else {
            return .dead(record: place, reason: event.deadLetter?.name ?? "unknown")
        }
        return .applied(
            record: place, entity: entity, id: id, outcome: outcome.name, fields: event.fields)
    }
}
