import Synchronization
import Telemetry
import Testing

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func log(_ format: Log.Format, level: Log.Level = .info) -> Log {
        Log("journal", format: format, level: level) { line in
            self.lines.withLock { $0.append(line) }
        }
    }
}

struct LogTests {
    @Test func `what matters less than the level is not written`() {
        let lines = Lines()
        let log = lines.log(.text, level: .warning)
        log.debug("no")
        log.info("no")
        log.warning("yes", ["n": 1])
        log.error("yes")
        #expect(lines.all.count == 2)
    }

    @Test func `the format decides how a line looks`() {
        let lines = Lines()
        lines.log(.text).info("here")
        lines.log(.json).info("here")
        #expect(lines.all.map { $0.hasPrefix("{") } == [false, true])
    }

    @Test func `another part writes under its own name`() {
        let lines = Lines()
        lines.log(.text).with(component: "publisher").info("here")
        #expect(lines.all.first?.contains(" publisher  here") == true)
    }

    @Test func `a silent log stays silent`() {
        Log.silent.with(component: "a").error("nobody reads this")
    }
}
