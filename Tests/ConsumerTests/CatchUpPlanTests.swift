import Kafka
import Testing

@testable import Consumer

@Suite struct CatchUpPlanTests {
    private func target(
        _ topic: String, _ number: Int32, start: Int64 = 0, end: Int64
    ) -> CatchUpTarget {
        CatchUpTarget(TopicPartition(topic, number), start: start, end: end)
    }

    @Test func `partitions of one number are read together, by number`() {
        let targets = [
            target("b", 1, end: 5), target("a", 0, end: 5), target("b", 0, end: 5),
            target("a", 1, end: 5),
        ]
        var plan = CatchUpPlan(targets, at: [:])
        #expect(plan.next()?.map(\.partition.description) == ["a[0]", "b[0]"])
        #expect(plan.next()?.map(\.partition.description) == ["a[1]", "b[1]"])
        #expect(plan.next() == nil)
    }

    @Test func `what is read already, or holds nothing any more, is not read`() {
        let targets = [
            target("a", 0, end: 5), target("b", 0, start: 7, end: 7), target("c", 0, end: 0),
            target("d", 0, start: 3, end: 5),
        ]
        var plan = CatchUpPlan(targets, at: [TopicPartition("a", 0): 5])
        #expect(plan.next()?.map(\.partition.topic) == ["d"])
        #expect(plan.next() == nil)
    }
}
