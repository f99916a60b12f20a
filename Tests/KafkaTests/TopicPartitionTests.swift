import Kafka
import Testing

@Suite struct TopicPartitionTests {
    @Test func `partitions sort by topic, then by number`() {
        let sorted = [TopicPartition("b", 0), TopicPartition("a", 10), TopicPartition("a", 9)]
            .sorted()
        #expect(sorted.map(\.description) == ["a[9]", "a[10]", "b[0]"])
    }
}
