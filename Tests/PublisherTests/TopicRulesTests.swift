@testable import Kafka
import Testing

@testable import Publisher

@Suite struct TopicRulesTests {
    private func wish(replicas: Int = 3) -> TopicWish {
        TopicWish(
            name: "t", partitions: 6, replicas: replicas, retentionMilliseconds: -1,
            maxMessageBytes: 1_114_112, compression: .uncompressed)
    }

    private func differences(
        partitions: Int = 6, replicas: Int = 3, _ changes: [String: String] = [:]
    ) -> [TopicDifference] {
        let found = TopicMetadata(
            name: "t", partitions: partitions, replicas: replicas, leaderless: [], inSync: replicas)
        return TopicRules.differences(
            wish(), found, wish().settings.merging(changes) { $1 })
    }

    @Test func `a topic made as wished has no difference`() {
        #expect(differences().isEmpty)
    }

    @Test func `a new topic keeps everything, and takes the largest record`() {
        let settings = wish().settings
        #expect(settings["retention.ms"] == "-1")
        #expect(settings["retention.bytes"] == "-1")
        #expect(settings["compression.type"] == "uncompressed")
        #expect(settings["max.message.bytes"] == "1114112")
        #expect(settings["min.insync.replicas"] == "2")
        #expect(wish(replicas: 1).settings["min.insync.replicas"] == nil)
    }

    @Test func `other numbers and a bounded retention are differences without danger`() {
        let found = differences(
            partitions: 3, replicas: 2,
            ["retention.ms": "1000", "compression.type": "producer"])
        #expect(
            found.map(\.setting)
                == ["partitions", "replicas", "retention.ms", "compression.type"])
        #expect(found.allSatisfy { $0.danger == nil })
        #expect(found.first?.description == "partitions is 3, wanted 6")
    }

    @Test(arguments: [
        ("cleanup.policy", "compact"), ("cleanup.policy", "compact,delete"),
        ("max.message.bytes", "1048588"), ("min.insync.replicas", "1"),
        ("unclean.leader.election.enable", "true"),
    ])
    func `what would destroy or refuse records is a danger`(_ setting: String, _ value: String) {
        let found = differences([setting: value])
        #expect(found.map(\.setting) == [setting])
        #expect(found.first?.found == value)
        #expect(found.first?.danger != nil)
        #expect(!TopicReport(name: "t", outcome: .present, differences: found).isFine)
    }

    @Test func `with fewer replicas two in sync cannot be asked for`() {
        let found = differences(
            replicas: 1,
            ["min.insync.replicas": "1", "unclean.leader.election.enable": "true"])
        #expect(found.map(\.setting) == ["replicas"])
    }
}
