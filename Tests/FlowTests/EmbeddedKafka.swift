import Events
import Kafka

/// The Kafka in memory, held by the test process, with all topics of the catalogue.
final class EmbeddedKafka: Sendable {
    let cluster: MockCluster

    init(partitions: Int = 3) throws {
        cluster = try MockCluster()
        for entry in Catalogue.shipped.entries {
            try cluster.createTopic(Installation.prefix + entry.topic, partitions: partitions)
        }
        try cluster.createTopic(Installation.prefix + "quarantine", partitions: partitions)
    }

    deinit {
        cluster.close(upTo: .seconds(5))
    }
}
