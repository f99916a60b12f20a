import Simulator
import Testing

@Suite struct LatencyHistogramTests {
    @Test func `percentiles are right to three percent`() {
        var histogram = LatencyHistogram()
        for milliseconds in 1...1000 { histogram.add(Double(milliseconds) / 1000) }
        for (share, expected) in [(0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (1, 1.0)] {
            let found = histogram.percentile(share)
            #expect(found >= expected && found <= expected * 1.03, "\(share): \(found)")
        }
        #expect(histogram.count == 1000)
        #expect(histogram.longest == 1)
    }

    @Test func `two add up, none is nothing, extremes are kept`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == 0)
        var other = LatencyHistogram()
        other.add(0)
        other.add(100_000)
        histogram.add(other)
        histogram.add(0.001)
        #expect(histogram.count == 3)
        #expect(histogram.percentile(1) <= 100_000)
        #expect(histogram.percentile(0.1) < 0.000_002)
    }
}
