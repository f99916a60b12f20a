internal import CRdkafka

/// What the cluster says of one topic.
package struct TopicMetadata: Hashable, Sendable {
    /// The topic's name.
    package let name: String
    /// How many partitions it has.
    package let partitions: Int
    /// How many replicas its first partition has.
    package let replicas: Int
    /// The numbers of the partitions that no broker leads now.
    package let leaderless: [Int32]
    /// How many replicas are in sync where they are fewest.
    package let inSync: Int
}

/// What a broker says of its cluster.
package struct ClusterMetadata: Hashable, Sendable {
    /// The ids of the brokers.
    package let brokers: [Int32]
    /// Every topic by its name; those with an error are left out.
    package let topics: [String: TopicMetadata]
}

extension KafkaHandle {
    /// Asks a broker for one topic; an error that the broker has for it is thrown.
    func metadata(
        of topic: KafkaTopic, upTo limit: Duration
    ) throws(KafkaError) -> TopicMetadata {
        try unsafe askMetadata(topic.pointer, upTo: limit) { (answer) throws(KafkaError) in
            guard unsafe answer.topic_cnt > 0 else { throw KafkaError(.unknownTopicOrPartition) }
            return try unsafe TopicMetadata(answer.topics[0])
        }
    }

    /// Asks a broker for its cluster and every topic in it, or only those that this client uses.
    func cluster(
        knownTopicsOnly: Bool = false, upTo limit: Duration
    ) throws(KafkaError) -> ClusterMetadata {
        try unsafe askMetadata(nil, all: !knownTopicsOnly, upTo: limit) { answer in
            var topics: [String: TopicMetadata] = [:]
            for index in 0..<Int(unsafe answer.topic_cnt) {
                let topic = try? unsafe TopicMetadata(answer.topics[index])
                if let topic { topics[topic.name] = topic }
            }
            let brokers = unsafe (0..<Int(answer.broker_cnt)).map { unsafe answer.brokers[$0].id }
            return ClusterMetadata(brokers: brokers, topics: topics)
        }
    }

    private func askMetadata<R>(
        _ topic: OpaquePointer?, all: Bool = false, upTo limit: Duration,
        _ body: (rd_kafka_metadata) throws(KafkaError) -> R
    ) throws(KafkaError) -> R {
        precondition(!isClosed, "the Kafka client is closed")
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(
            pointer, all ? 1 : 0, topic, &answer, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
            throw KafkaError(KafkaErrorCode(code), retriable: true)
        }
        defer { unsafe rd_kafka_metadata_destroy(answer) }
        return try unsafe body(answer.pointee)
    }
}

extension TopicMetadata {
    init(_ topic: rd_kafka_metadata_topic) throws(KafkaError) {
        let code = unsafe KafkaErrorCode(topic.err)
        guard code == .none else { throw KafkaError(code, retriable: true) }
        guard unsafe topic.partition_cnt > 0 else { throw KafkaError(.unknownTopicOrPartition) }
        let count = unsafe Int(topic.partition_cnt)
        let partitions = unsafe (0..<count).map { unsafe topic.partitions[$0] }
        let leaderless = unsafe partitions.filter { unsafe $0.leader < 0 }
        let inSync = unsafe partitions.map { unsafe Int($0.isr_cnt) }
        unsafe self.init(
            name: string(topic.topic) ?? "", partitions: count,
            replicas: Int(partitions[0].replica_cnt), leaderless: leaderless.map(\.id),
            inSync: inSync.min() ?? 0)
    }
}
