import Testing

@testable import Telemetry

struct LogLineTests {
    private func line(_ level: Log.Level, _ fields: KeyValuePairs<String, LogValue>) -> LogLine {
        LogLine(
            time: LogTime(seconds: 1, milliseconds: 2), level: level, component: "journal",
            message: "segment sealed", fields: fields)
    }

    @Test func `a line for people has its fields after the sentence`() {
        let fields: KeyValuePairs<String, LogValue> = [
            "segment": 12, "folder": "my journal", "took": 0.25049, "last": false,
            "big": .init(UInt64.max), "none": "",
        ]
        #expect(
            line(.info, fields).text(isColoured: false)
                == "00:00:01.002 info    journal    segment sealed  segment=12"
                + "  folder=\"my journal\"  took=0.25  last=false  big=18446744073709551615"
                + "  none=\"\"\n")
    }

    @Test func `what a stranger wrote moves no cursor`() {
        let text = line(.info, ["agent": "\u{1B}[2J\r\n"]).text(isColoured: false)
        #expect(text.hasSuffix("agent=\"\\u001b[2J\\r\\n\"\n"))
    }

    @Test func `a line for machines is one JSON object`() {
        #expect(
            line(.warning, ["n\n": "\u{1}\\", "no": .number(.infinity), "yes": true]).json
                == "{\"time\":\"1970-01-01T00:00:01.002Z\",\"level\":\"warning\","
                + "\"component\":\"journal\",\"message\":\"segment sealed\","
                + "\"n\\n\":\"\\u0001\\\\\",\"no\":null,\"yes\":true}\n")
    }

    @Test func `colour comes only where it is asked for`() {
        #expect(line(.error, [:]).text(isColoured: true).contains("\u{1B}[31;1merror"))
        #expect(!line(.error, [:]).text(isColoured: false).contains("\u{1B}"))
    }
}
