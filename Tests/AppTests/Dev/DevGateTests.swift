import Testing

@testable import App

struct DevGateTests {
    @Test func `the publisher waits where the consumer is behind`() {
        let gate = DevGate(read: ["t"])
        #expect(gate.mayPublish("t", DevGate.aheadLimit - 10))
        #expect(gate.mayPublish("t", 10))
        #expect(!gate.mayPublish("t", 1))
        gate.applied("t", 10)
        #expect(gate.mayPublish("t", 1))
    }

    @Test func `a record larger than the limit passes alone`() {
        let gate = DevGate(read: ["t"])
        #expect(gate.mayPublish("t", DevGate.aheadLimit * 2))
        #expect(!gate.mayPublish("t", 1))
        gate.applied("t", DevGate.aheadLimit * 2)
        #expect(gate.mayPublish("t", 1))
    }

    @Test func `a topic that nobody reads is let through`() {
        let gate = DevGate(read: [])
        for _ in 0..<10 { #expect(gate.mayPublish("quarantine", DevGate.aheadLimit)) }
    }
}
