import Management
import Synchronization
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

    @Test func `a part that is asked answers anew each time`() {
        let readiness = Readiness()
        let reasons = Mutex(["topic a: unknown", "topic b: unknown"])
        readiness.watch("consumer") { reasons.withLock { $0 } }
        #expect(readiness.missing.map(\.reason) == ["topic a: unknown", "topic b: unknown"])
        reasons.withLock { $0 = [] }
        #expect(readiness.isReady)
    }

    @Test func `a note leaves the process ready`() {
        let readiness = Readiness()
        readiness.note("publisher") { ["waiting for Kafka"] }
        #expect(readiness.isReady)
        #expect(readiness.notes.map(\.part) == ["publisher"])
    }
}
