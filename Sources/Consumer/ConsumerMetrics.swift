internal import Kafka
internal import Projection
package import Telemetry

/// What the consumer counts.
package struct ConsumerMetrics: Sendable {
    let outcomes: [Outcome: Counter]
    let deadLetters: [DeadLetterReason: Counter]
    /// The dead letters that the state has.
    let deadLettersHeld: [DeadLetterReason: Gauge]
    /// The records that could not be applied and were set aside.
    let dropped: Gauge
    let walBytes: Gauge
    let largeEntities: Gauge
    let bytes: Counter
    let batchSeconds: Histogram
    let stopped: Gauge
    let gaps: Gauge
    let missing: Counter
    let isReading: Gauge
    private let metrics: Metrics

    /// Registers the metrics.
    package init(_ metrics: Metrics) {
        self.metrics = metrics
        outcomes = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map { outcome in
                let counter = metrics.counter(
                    "hookline_applied_events_total",
                    "Events applied to the state, by what became of them.",
                    [("outcome", outcome.name)])
                return (outcome, counter)
            })
        deadLetters = Dictionary(
            uniqueKeysWithValues: DeadLetterReason.allCases.map { reason in
                let counter = metrics.counter(
                    "hookline_dead_letters_total",
                    "Records that could not be applied, by reason.", [("reason", reason.name)])
                return (reason, counter)
            })
        deadLettersHeld = Dictionary(
            uniqueKeysWithValues: DeadLetterReason.allCases.map { reason in
                let gauge = metrics.gauge(
                    "hookline_dead_letters_held",
                    "Records that could not be applied and are kept in the state, by reason.",
                    [("reason", reason.name)])
                return (reason, gauge)
            })
        dropped = metrics.gauge(
            "hookline_dead_letters_dropped",
            "Records that could not be applied and were set aside by `dead-letters drop`.")
        walBytes = metrics.gauge(
            "hookline_state_wal_bytes",
            "Bytes of the state's write-ahead log, which a long read keeps from shrinking.")
        largeEntities = metrics.gauge(
            "hookline_state_large_entities",
            "Entities of more than 8 MiB, of those that were written since the start.")
        bytes = metrics.counter(
            "hookline_consumed_bytes_total", "Bytes of the values of records applied.")
        batchSeconds = metrics.histogram(
            "hookline_apply_batch_seconds",
            "From the first record of a transaction to its end.")
        stopped = metrics.gauge(
            "hookline_consumer_stopped_partitions",
            "Partitions that are not read on, since they are not what they were.")
        gaps = metrics.gauge(
            "hookline_consumer_gaps",
            "Gaps that were passed over since the state began; `hookline state gaps` lists them.")
        missing = metrics.counter(
            "hookline_consumer_missing_records_total",
            "Offsets that were passed over since their records were removed before they were applied."
        )
        isReading = metrics.gauge(
            "hookline_consumer_reading", "1 while Kafka answers the consumer, else 0.")
    }

    /// Takes in how many dead letters the state has.
    func hold(_ counts: [DeadLetterReason: Int]) {
        for (reason, gauge) in deadLettersHeld { gauge.set(counts[reason] ?? 0) }
    }

    /// How many records of a partition are not applied yet.
    func lag(of partition: TopicPartition) -> Gauge {
        metrics.gauge(
            "hookline_consumer_lag_records", "Records in Kafka that are not applied yet.",
            [("topic", partition.topic), ("partition", "\(partition.partition)")])
    }
}
