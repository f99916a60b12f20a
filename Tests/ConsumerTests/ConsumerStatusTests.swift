@testable import Consumer
import Kafka
import Testing

@Suite struct ConsumerStatusTests {
    @Test func `it is ready once Kafka answers and nothing is in the way`() {
        var status = ConsumerStatus()
        #expect(status.reasons == ["Kafka has not answered yet"])
        status.connection = .reading
        #expect(status.isReady)
        status.connection = .waiting("refused")
        #expect(status.reasons == ["waiting for Kafka: refused"])
        status.connection = .ended
        #expect(status.isReady == false)
    }

    @Test func `each thing in the way is one sentence`() {
        var status = ConsumerStatus()
        status.connection = .reading
        status.topics["b"] = "unknown"
        status.topics["a"] = "unknown"
        status.stopped[TopicPartition("c", 1)] = .missing(offset: 5)
        status.troubled[TopicPartition("d", 2)] = "broken"
        #expect(
            status.reasons.map { $0.prefix(8) } == ["topic a:", "topic b:", "c[1] is ", "d[2] can"])
    }
}
