import Management
import Testing

struct ReadinessTests {
    @Test func `parts that have not said anything are starting`() {
        let readiness = Readiness(waitingFor: ["kafka", "ingress"])
        #expect(readiness.missing.map(\.part) == ["ingress", "kafka"])
        #expect(readiness.missing.allSatisfy { $0.reason == "starting" })
    }

    @Test func `a part that becomes ready takes its reason away, and may bring it back`() {
        let readiness = Readiness(waitingFor: ["kafka"])
        readiness.set("kafka", .ready)
        #expect(readiness.isReady)
        readiness.set("kafka", .notReady("no broker answers"))
        #expect(!readiness.isReady)
        #expect(readiness.missing.map(\.reason) == ["no broker answers"])
    }
}
