import Synchronization
import Telemetry
import Testing

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func log(
        _ format: Log.Format, level: Log.Level = .info, isColoured: Bool = false
    ) -> Log {
        Log("journal", format: format, level: level, isColoured: isColoured) { line in
            self.lines.withLock { $0.append(line) }
        }
    }
}

struct LogTests {
    @Test func `a line for people has its fields after the sentence`() throws {
        let lines = Lines()
        lines.log(.text).info(
            "segment sealed", ["segment": 12, "folder": "my journal", "took": 0.25, "last": false])
        let line = try #require(lines.all.first)
        #expect(
            line.dropFirst(12)
                == " info    journal    segment sealed"
                + "  segment=12  folder=\"my journal\"  took=0.25  last=false\n")
    }

    @Test func `a line for machines is one JSON object`() throws {
        let lines = Lines()
        lines.log(.json).warning("odd \"name\"", ["n\n": "\u{1}\\", "big": .init(UInt64.max)])
        let line = try #require(lines.all.first)
        #expect(line.hasPrefix("{\"time\":\"2"))
        #expect(
            line.hasSuffix(
                "Z\",\"level\":\"warning\",\"component\":\"journal\",\"message\":\"odd \\\"name\\\"\","
                    + "\"n\\n\":\"\\u0001\\\\\",\"big\":18446744073709551615}\n"))
    }

    @Test func `what matters less than the level is not written`() {
        let lines = Lines()
        let log = lines.log(.text, level: .warning)
        log.debug("no")
        log.info("no")
        log.warning("yes")
        log.error("yes")
        #expect(lines.all.count == 2)
    }

    @Test func `colour comes only where it is asked for`() {
        let lines = Lines()
        lines.log(.text, isColoured: true).error("red")
        lines.log(.text).error("plain")
        #expect(lines.all.map { $0.contains("\u{1B}") } == [true, false])
    }

    @Test func `another part writes under its own name`() {
        let lines = Lines()
        lines.log(.text).with(component: "publisher").info("here")
        #expect(lines.all.first?.contains(" publisher  here") == true)
    }

    @Test func `an error and a duration are values`() {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }
        #expect(LogValue(Broken()) == .string("it broke"))
        #expect(LogValue(.milliseconds(1500)) == .number(1.5))
    }
}
