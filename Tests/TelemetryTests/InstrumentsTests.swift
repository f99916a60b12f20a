import Telemetry
import Testing

struct InstrumentsTests {
    @Test func `a counter counts`() {
        let counter = Metrics().counter("a_total", "A.")
        counter.add()
        counter.add(4)
        #expect(counter.value == 5)
    }

    @Test func `a gauge goes up and down`() {
        let gauge = Metrics().gauge("a", "A.")
        gauge.set(3)
        gauge.add(-1.5)
        #expect(gauge.value == 1.5)
    }
}
