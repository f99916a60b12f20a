internal import Events
internal import Journal
internal import Telemetry
internal import Threads

/// What ingress counts beside its listener, which counts every refusal by its reason.
struct IngressMetrics: Sendable {
    private let accepted: Counter
    private let duplicates: Counter
    private let held: Counter
    private let otherType: Counter
    private let quarantined: [QuarantineReason: Counter]
    private let acknowledgement: Histogram

    init(_ metrics: Metrics) {
        let name = "hookline_ingress_webhooks_total"
        let help = "Webhooks acknowledged with 200, by what became of them."
        accepted = metrics.counter(name, help, [("outcome", "accepted")])
        duplicates = metrics.counter(name, help, [("outcome", "duplicate")])
        held = metrics.counter(name, help, [("outcome", "quarantined")])
        quarantined = Dictionary(
            uniqueKeysWithValues: QuarantineReason.allCases.map { reason in
                let counter = metrics.counter(
                    "hookline_ingress_quarantined_total", "Webhooks quarantined, by the reason.",
                    [("reason", reason.rawValue)])
                return (reason, counter)
            })
        otherType = metrics.counter(
            "hookline_ingress_event_id_under_another_type_total",
            "Webhooks taken whose eventId came under another type before.")
        acknowledgement = metrics.histogram(
            "hookline_ingress_acknowledgement_seconds",
            "From the head of a webhook to its answer, when it is on disk.")
    }

    func count(_ receipt: AppendReceipt, since start: UInt64) {
        acknowledgement.observe(from: start, to: MonotonicClock.now())
        if receipt.eventIDSeenUnderAnotherType { otherType.add() }
        if receipt.duplicate {
            duplicates.add()
        } else {
            switch receipt.status {
            case .accepted: accepted.add()
            case .quarantined(let reason):
                held.add()
                quarantined[reason]?.add()
            }
        }
    }
}
