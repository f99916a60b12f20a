internal import Events
package import Telemetry

/// What the publisher counts.
package struct PublisherMetrics: Sendable {
    let records: Counter
    let quarantined: Counter
    let bytes: Counter
    let latency: Histogram
    let resent: Counter
    let failures: [FailureClass: Counter]
    let clients: Counter
    let transactions: Counter
    let inFlight: Gauge
    let inFlightBytes: Gauge
    let isPublishing: Gauge
    let lanes: Gauge

    /// Registers the metrics.
    package init(_ metrics: Metrics) {
        records = metrics.counter(
            "hookline_published_records_total", "Records that Kafka has acknowledged.")
        quarantined = metrics.counter(
            "hookline_published_quarantined_records_total",
            "Records of the quarantine among those that Kafka has acknowledged.")
        bytes = metrics.counter(
            "hookline_published_bytes_total", "Bytes of the bodies that Kafka has acknowledged.")
        latency = metrics.histogram(
            "hookline_publish_latency_seconds",
            "From the end of the webhook's body to Kafka's acknowledgement.")
        resent = metrics.counter(
            "hookline_publisher_resent_records_total",
            "Records sent again because it is unknown whether Kafka has them.")
        failures = [FailureClass.record: "record", .topic: "topic", .other: "other"].mapValues {
            metrics.counter(
                "hookline_publisher_failures_total",
                "Failed records by what the failure says: of the record, its topic, or neither.",
                [("class", $0)])
        }
        clients = metrics.counter(
            "hookline_publisher_clients_total", "Kafka clients made: one, and one a recovery.")
        transactions = metrics.counter(
            "hookline_publisher_transactions_total",
            "Transactions committed, each with the journal's position.")
        inFlight = metrics.gauge(
            "hookline_publisher_in_flight_records", "Records on their way to Kafka.")
        inFlightBytes = metrics.gauge(
            "hookline_publisher_in_flight_bytes", "Bytes on their way to Kafka.")
        isPublishing = metrics.gauge(
            "hookline_publisher_publishing", "1 while records can go to Kafka, else 0.")
        lanes = metrics.gauge(
            "hookline_publisher_unwritable_topics",
            "Topics that cannot be written: their records wait in the journal.")
    }
}

extension PublisherMetrics {
    /// Counts what reports have changed.
    func count(_ outcome: PublishProgress.Outcome) {
        let now = Timestamp.now()
        var sum = 0
        var quarantined = 0
        for (_, entry) in outcome.acknowledged {
            sum += entry.bytes
            if entry.topic == RecordRouter.quarantine { quarantined += 1 }
            latency.observe(now.seconds(since: entry.receivedAt))
        }
        records.add(outcome.acknowledged.count)
        bytes.add(sum)
        self.quarantined.add(quarantined)
        for kind in outcome.failed { failures[kind]?.add() }
        resent.add(outcome.failed.count)
        inFlight.set(outcome.records)
        inFlightBytes.set(outcome.bytes)
    }
}
