import Testing

@testable import App

struct DevLineTextTests {
    private func text(_ stage: DevStage, columns: Int? = nil) -> String {
        DevLineText(paint: Paint(isOn: false), columns: columns)
            .text(.init(number: 7, stage: stage), at: "10:20:30.123")
    }

    private let record = DevStage.Record(topic: "telness.order.updated", partition: 3, offset: 17)

    @Test func `each stage stands in the same columns`() {
        #expect(
            text(.accepted(number: 7, type: "order.updated", key: "order-1"))
                == "10:20:30.123  accepted     #7     order.updated                order-1\n")
        #expect(
            text(.published(number: 7, record: record))
                == "10:20:30.123  published    #7     telness.order.updated[3]@17\n")
        #expect(
            text(
                .applied(
                    record: record, entity: "order", id: "order-1", outcome: "partly_applied",
                    fields: ["a", "b", "c", "d", "e", "f", "g"]))
                == "10:20:30.123  partly       #7     order order-1  a, b, c, d, e and 2 more\n")
        #expect(
            text(.quarantined(number: 7, type: nil, reason: "type"))
                == "10:20:30.123  quarantined  #7     ?                            reason: type\n")
    }

    @Test func `on a terminal a line is cut where it ends`() {
        let line = text(.published(number: 7, record: record), columns: 60)
        #expect(line.count == 61)
        #expect(line.hasSuffix("…\n"))
    }
}
