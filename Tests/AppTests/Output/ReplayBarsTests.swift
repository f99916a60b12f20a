import Consumer
import Kafka
import Testing

@testable import App

struct ReplayBarsTests {
    private let bars = ReplayBars(
        [
            CatchUpTarget(TopicPartition("t.a", 0), start: 10, end: 110),
            CatchUpTarget(TopicPartition("t.a", 1), end: 100),
            CatchUpTarget(TopicPartition("t.b", 0), end: 0),
        ], at: 0)

    @Test func `before anything is read no time is told, and an empty topic is done`() {
        let picture = bars.picture(CatchUpProgress(), at: 1_000_000_000, Paint(isOn: false))
        let lines = picture.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("t.a    ░░░"))
        #expect(lines[1].contains("t.b    ███"))
        #expect(lines[2].hasSuffix("total  0 %, 0 records, 0 B, 0/s"))
    }

    @Test func `a second picture takes the place of the first`() {
        var bars = bars
        bars.isDrawn = true
        let picture = bars.picture(CatchUpProgress(), at: 1_000_000_000, Paint(isOn: false))
        #expect(picture.hasPrefix("\u{1B}[3A\r\u{1B}[K"))
    }
}
