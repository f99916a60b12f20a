internal import Events
internal import HTTP
internal import JSON
internal import Journal
internal import Synchronization

/// From a request to a record on disk, and back to an answer.
final class IngressHandler: HTTPHandler {
    private let checks: RequestChecks
    private let scanners: ScannerPool
    private let journal: JournalWriter
    private let metrics: IngressMetrics
    private let bodyBytes: Int
    private let observer: (@Sendable (AcknowledgedWebhook) -> Void)?

    init(
        _ configuration: IngressConfiguration, _ keys: APIKeys, _ catalogue: Catalogue,
        _ journal: JournalWriter, _ metrics: IngressMetrics,
        _ observer: (@Sendable (AcknowledgedWebhook) -> Void)?
    ) {
        checks = RequestChecks(path: configuration.path, keys: keys)
        scanners = ScannerPool(
            configuration.listener.threads, catalogue: catalogue,
            futureLimit: .seconds(configuration.futureHours * 3_600))
        self.journal = journal
        self.metrics = metrics
        self.observer = observer
        bodyBytes = configuration.bodyBytes
    }

    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        try checks.target(head)
        exchange.context = try checks.key(head)
        try checks.content(head)
        return .readBody(limit: bodyBytes)
    }

    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        let webhook = try scan(body, head, exchange)
        // Before the journal has it: its thread may answer at once.
        exchange.suspend()
        append(webhook, body, exchange)
    }

    private func scan(
        _ body: borrowing PaddedBytes, _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> Webhook {
        let receivedAt = Timestamp.now()
        let traceparent = head.withValue(of: .traceparent) { value in
            guard let value else { return nil as String? }
            return Traceparent.read(value)
        }
        return try Webhook(
            scanners.scan(body, receivedAt: receivedAt), receivedAt: receivedAt,
            traceparent: traceparent, apiKeyName: (exchange.context as? APIKey)?.name ?? "")
    }

    private func append(
        _ webhook: Webhook, _ body: borrowing PaddedBytes, _ exchange: HTTPExchange
    ) {
        let entry = webhook.entry
        body.withSpan { bytes in
            journal.append(entry, body: bytes) { [metrics, observer] result in
                switch result {
                case .success(let receipt):
                    // Counted first: who has the answer finds it in the metrics.
                    metrics.count(receipt, since: exchange.begunAt)
                    exchange.respond(
                        Acknowledgement.response(receipt, eventID: entry.eventIDText))
                    observer?(AcknowledgedWebhook(entry: entry, receipt: receipt))
                case .failure(let refusal):
                    exchange.refuse(HTTPProblem(refusal))
                }
            }
        }
    }
}
