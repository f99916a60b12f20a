internal import Telemetry

/// What the journal counts and measures.
struct JournalMetrics: Sendable {
    let records: Counter
    let syncSeconds: Histogram
    let batchRecords: Histogram
    let writtenBytes: Counter
    let torn: Counter
    let droppedIds: Counter
    let cappedIds: Counter
    let preparedSegments: Counter
    let reusedSegments: Counter
    let outOfSpace: Gauge
    private let metrics: Metrics

    init(_ metrics: Metrics) {
        self.metrics = metrics
        records = metrics.counter(
            "hookline_journal_records_total", "Records appended and synced.")
        syncSeconds = metrics.histogram(
            "hookline_journal_sync_seconds", "Time to write and sync a batch.",
            buckets: Histogram.secondsBuckets)
        batchRecords = metrics.histogram(
            "hookline_journal_batch_records", "Records in a batch.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
        writtenBytes = metrics.counter(
            "hookline_journal_written_bytes_total", "Bytes of batches written.")
        torn = metrics.counter(
            "hookline_journal_torn_total", "Torn batches that a start found and cut.")
        droppedIds = metrics.counter(
            "hookline_journal_ids_dropped_early_total",
            "Ids forgotten within the dedup window, since there were more than dedup.maxIds.")
        cappedIds = metrics.counter(
            "hookline_journal_ids_capped_total",
            "Quarantined webhooks whose repetition will not be recognised, since their eventId had "
                + "16 such bodies already.")
        preparedSegments = metrics.counter(
            "hookline_journal_segments_prepared_total", "Segment files made and zeroed.")
        reusedSegments = metrics.counter(
            "hookline_journal_segments_reused_total", "Segment files used again.")
        outOfSpace = metrics.gauge(
            "hookline_journal_out_of_space", "1 while no further room can be prepared.")
    }

    /// What is asked of the writer when somebody looks.
    func watch(
        depth: @escaping @Sendable () -> JournalDepth, freeBytes: @escaping @Sendable () -> Int
    ) {
        metrics.gauge(
            "hookline_journal_unpublished_records",
            "Records that are not published yet, but for those of topics that cannot be written."
        ) { Double(depth().records) }
        metrics.gauge(
            "hookline_journal_unpublished_bytes", "Bytes of these, by their share of a segment."
        ) { Double(depth().bytes) }
        metrics.gauge(
            "hookline_journal_oldest_unpublished_age_seconds",
            "How long ago the first record that is not published came in, in a lane or not."
        ) { Double(depth().oldestSeconds) }
        metrics.gauge("hookline_journal_segments", "Segment files.") {
            Double(depth().segments)
        }
        metrics.gauge(
            "hookline_journal_disk_bytes",
            "Bytes of segments, as prepared, of ids and checkpoints, and of copies of torn batches."
        ) { Double(depth().diskBytes) }
        metrics.gauge(
            "hookline_journal_disk_free_bytes", "Bytes free on the journal's disk."
        ) { Double(freeBytes()) }
        metrics.gauge("hookline_journal_ids", "Ids in the dedup index.") {
            Double(depth().ids)
        }
    }
}

/// How much lies in the journal.
package struct JournalDepth: Sendable, Equatable {
    /// Records that are not published yet, those of lanes not among them.
    package let records: Int
    /// Bytes of these, by their share of a segment.
    package let bytes: Int
    /// Seconds since the first record that is not published came in; 0 where there is none.
    package let oldestSeconds: Int
    /// Segment files.
    package let segments: Int
    /// Ids in the dedup index.
    package let ids: Int
    /// Bytes of segments, as prepared, of ids and checkpoints, and of copies of torn batches.
    package let diskBytes: Int
}
