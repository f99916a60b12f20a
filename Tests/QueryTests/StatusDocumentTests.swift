import JSON
import Kafka
import Store
import Testing

@testable import Query

struct StatusDocumentTests {
    private func document(
        _ progress: [PartitionProgress], _ service: ServiceStatus
    ) throws -> JSONNode {
        var writer = JSONWriter()
        StatusDocument(generation: "000007", gaps: 3, progress, service).write(to: &writer)
        return try JSONNode(writer.bytes)
    }

    private func next(_ next: Int64, _ partition: Int32) -> PartitionProgress {
        PartitionProgress(topic: "t", partition: partition, next: next, last: nil)
    }

    @Test func `lag and progress are those of the partitions whose end is known`() throws {
        let status = try document(
            [next(5, 0), next(7, 2)],
            ServiceStatus(
                reasons: ["state: starting"], rate: 12.345,
                ends: [TopicPartition("t", 0): 10, TopicPartition("t", 1): 10]))
        #expect(status["ready"] == .boolean(false))
        #expect(status["reasons"].elements == [.string("state: starting")])
        #expect(status["generation"].text == "000007")
        #expect(status["rate"].double == 12.3)
        #expect(status["lag"].double == 15)
        #expect(status["gaps"].double == 3)
        #expect(status["progress"].double == 0.25)
        #expect(status["partitions"].elements.map { $0["lag"].double } == [5, 10, nil])
        #expect(status["partitions"].elements.map { $0["next"].double } == [5, 0, 7])
    }

    @Test func `before Kafka has answered there is no progress, and of empty topics all`() throws {
        let unknown = try document([next(5, 0)], ServiceStatus(reasons: [], rate: 0, ends: [:]))
        #expect(unknown["progress"] == .null)
        #expect(unknown["ready"] == .boolean(true))
        let empty = try document(
            [], ServiceStatus(reasons: [], rate: 0, ends: [TopicPartition("t", 0): 0]))
        #expect(empty["progress"].double == 1)
    }
}
