import Telemetry
import Testing

struct MetricsTests {
    @Test func `counters and gauges are rendered with help, type and labels`() {
        let metrics = Metrics()
        metrics.counter("hookline_refusals_total", "Refused.", [("reason", "key")]).add(3)
        metrics.counter("hookline_refusals_total", "Refused.", [("reason", "a\"b\\\n")]).add()
        metrics.gauge("hookline_journal_bytes", "Bytes \\ waiting.").set(2.5)
        metrics.gauge("hookline_lag", "Lag.", read: { 7 })
        #expect(
            metrics.render() == """
                # HELP hookline_refusals_total Refused.
                # TYPE hookline_refusals_total counter
                hookline_refusals_total{reason="key"} 3
                hookline_refusals_total{reason="a\\"b\\\\\\n"} 1
                # HELP hookline_journal_bytes Bytes \\\\ waiting.
                # TYPE hookline_journal_bytes gauge
                hookline_journal_bytes 2.5
                # HELP hookline_lag Lag.
                # TYPE hookline_lag gauge
                hookline_lag 7

                """)
    }

    @Test func `a histogram counts each value into its bucket and those above`() {
        let metrics = Metrics()
        let histogram = metrics.histogram(
            "ack_seconds", "Acks.", buckets: [0.25, 1], [("code", "200")])
        for value in [0.25, 0.5, 4] { histogram.observe(value) }
        histogram.observe(.milliseconds(250))
        histogram.observe(from: 1_000_000_000, to: 1_500_000_000)
        #expect(
            metrics.render() == """
                # HELP ack_seconds Acks.
                # TYPE ack_seconds histogram
                ack_seconds_bucket{code="200",le="0.25"} 2
                ack_seconds_bucket{code="200",le="1"} 4
                ack_seconds_bucket{code="200",le="+Inf"} 5
                ack_seconds_sum{code="200"} 5.5
                ack_seconds_count{code="200"} 5

                """)
    }

    @Test func `the same name and labels give the same instrument`() {
        let metrics = Metrics()
        metrics.counter("a_total", "A.", [("x", "1")]).add()
        metrics.counter("a_total", "A.", [("x", "1")]).add()
        #expect(metrics.counter("a_total", "A.", [("x", "1")]).value == 2)
        #expect(metrics.counter("a_total", "A.", [("x", "2")]).value == 0)
    }

    @Test func `the last reader of a gauge is asked`() {
        let metrics = Metrics()
        metrics.gauge("lag", "Lag.", read: { 1 })
        metrics.gauge("lag", "Lag.", read: { 2 })
        #expect(metrics.render().hasSuffix("\nlag 2\n"))
    }

    @Test func `numbers that are none have their own spelling`() {
        let metrics = Metrics()
        metrics.gauge("a", "A.").set(.infinity)
        metrics.gauge("b", "B.").set(.nan)
        metrics.gauge("c", "C.").add(-1.5)
        #expect(metrics.render().contains("\na +Inf\n"))
        #expect(metrics.render().contains("\nb NaN\n"))
        #expect(metrics.render().contains("\nc -1.5\n"))
    }
}
