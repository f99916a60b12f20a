import JSON
import Simulator
import Testing

@Suite struct SimulationReportTests {
    let report: SimulationReport = {
        var report = SimulationReport()
        report.sent = 12
        report.accepted = 6
        report.duplicates = 2
        report.quarantined = 1
        report.refused = [400: 1]
        report.unanswered = 2
        report.attemptsMore = 5
        report.seconds = 3
        for _ in 0..<9 { report.latency.add(0.002) }
        return report
    }()

    @Test func `a person reads what became of it`() {
        #expect(
            report.description == """
                sent         12 in 3.0 s, 3.0 acknowledged a second
                acknowledged 9: 6 new, 2 seen before, 1 in quarantine
                refused      1 with 400
                unanswered   2
                tried again  5 times
                latency ms   p50 2.0  p90 2.0  p99 2.0  p99.9 2.0  max 2.0
                """)
        #expect(report.hasFailures)
        #expect(!SimulationReport().hasFailures)
    }

    @Test func `a script reads the same`() throws {
        var writer = JSONWriter()
        report.write(to: &writer)
        #expect(
            writer.text.hasPrefix(
                #"{"sent":12,"acknowledged":9,"accepted":6,"duplicates":2,"quarantined":1,"#
                    + #""refused":{"400":1},"unanswered":2,"triedAgain":5,"seconds":3.0,"#
                    + #""acknowledgedPerSecond":3.0,"latencyMilliseconds":{"p50":2.0,"#))
        try JSONScanner().parse(PaddedBytes(writer.bytes))
    }
}
