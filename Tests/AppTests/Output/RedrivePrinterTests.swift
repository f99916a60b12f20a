@testable import Publisher
import Synchronization
import Testing

@testable import App

struct RedrivePrinterTests {
    private final class Written: Sendable {
        let text = Mutex("")
    }

    private func outcome(_ offset: Int64, _ result: RedriveOutcome.Result) -> RedriveOutcome {
        var record = QuarantinedRecord(
            place: QuarantinePlace(partition: 1, offset: offset), reason: "type")
        record.type = "order.shipped"
        return RedriveOutcome(record: record, result: result)
    }

    private func print(
        isJSON: Bool, isDry: Bool, _ outcomes: [RedriveOutcome]
    ) throws -> String {
        let written = Written()
        let console = Console { bytes in
            written.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return true
        }
        let printer = RedrivePrinter(console, isJSON: isJSON, isDry: isDry)
        printer.expect(outcomes.count)
        printer.take(outcomes)
        try printer.end()
        try console.flush()
        return written.text.withLock { $0 }
    }

    @Test func `a plan is a table of goals and reasons`() throws {
        let text = try print(
            isJSON: false, isDry: true,
            [
                outcome(2, .goes(topic: "t.order.shipped", key: "order-1")),
                outcome(3, .stays("no key")),
            ])
        #expect(
            text == """
                RECORD  REASON  TYPE           KEY      GOES TO
                1@2     type    order.shipped  order-1  t.order.shipped
                1@3     type    order.shipped  -        stays: no key
                1 would be published, 1 would stay; nothing was changed

                """)
    }

    @Test func `a run tells how far it is, and at its end what stays`() throws {
        let text = try print(
            isJSON: false, isDry: false,
            [
                outcome(2, .redriven(topic: "t.order.shipped", key: "order-1")),
                outcome(3, .stays("no key")),
            ])
        #expect(
            text == """
                1 published, 1 stay, of 2
                RECORD  REASON  TYPE           KEY  GOES TO
                1@3     type    order.shipped  -    stays: no key
                1 published, 1 stay

                """)
    }

    @Test func `for scripts it is a line for each record`() throws {
        let text = try print(
            isJSON: true, isDry: false,
            [
                outcome(2, .redriven(topic: "t.order.shipped", key: "order-1")),
                outcome(3, .stays("no key")),
            ])
        let start = "{\"partition\":1,\"offset\":"
        #expect(
            text == """
                \(start)2,"reason":"type","type":"order.shipped","eventId":null,\
                "outcome":"redriven","topic":"t.order.shipped","key":"order-1"}
                \(start)3,"reason":"type","type":"order.shipped","eventId":null,\
                "outcome":"stays","why":"no key"}

                """)
    }

    @Test func `nothing found is said`() throws {
        #expect(
            try print(isJSON: false, isDry: false, [])
                .contains("The quarantine holds nothing like that."))
    }
}
