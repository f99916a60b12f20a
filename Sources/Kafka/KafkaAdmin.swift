internal import CRdkafka
package import Telemetry

/// Makes, describes and removes topics; every call waits for the answer, up to its limit.
package final class KafkaAdmin: Sendable {
    let handle: KafkaHandle

    /// Makes the client; connecting happens in the background and for ever.
    package init(_ configuration: KafkaConfiguration, log: Log) throws(KafkaError) {
        // A consumer's handle, since a producer's question about a missing topic may create it.
        handle = try KafkaHandle(
            RD_KAFKA_CONSUMER,
            configuration.settings(
                defaults: [], pinned: [("allow.auto.create.topics", "false")]),
            events: 0, log: log)
    }

    /// What the cluster says of a topic; a missing one is thrown as `unknownTopicOrPartition`.
    package func metadata(
        of topic: String, upTo limit: Duration
    ) throws(KafkaError) -> TopicMetadata {
        try handle.metadata(of: handle.topic(topic), upTo: limit)
    }

    /// Every topic of the cluster by name, and how many brokers it has.
    package func cluster(upTo limit: Duration) throws(KafkaError) -> ClusterMetadata {
        try handle.cluster(upTo: limit)
    }

    /// Makes a topic with this many partitions and replicas and these settings.
    package func createTopic(
        _ name: String, partitions: Int, replicas: Int, settings: [String: String] = [:],
        upTo limit: Duration
    ) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: errorTextBytes)
        var topic = unsafe rd_kafka_NewTopic_new(
            name, Int32(partitions), Int32(replicas), &text, text.count)
        guard unsafe topic != nil else {
            throw KafkaError(.invalidArgument, text: Kafka.text(in: text))
        }
        defer { unsafe rd_kafka_NewTopic_destroy(topic) }
        for (key, value) in settings {
            unsafe rd_kafka_NewTopic_set_config(topic, key, value)
        }
        try unsafe ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, upTo: limit) { options, queue in
            unsafe rd_kafka_CreateTopics(handle.pointer, &topic, 1, options, queue)
        } answer: { (event) throws(KafkaError) in
            var count = 0
            let result = unsafe rd_kafka_event_CreateTopics_result(event)
            let topics = unsafe rd_kafka_CreateTopics_result_topics(result, &count)
            try unsafe Self.check(topics, count)
        }
    }

    /// Removes a topic with all that it holds; for tests.
    package func deleteTopic(_ name: String, upTo limit: Duration) throws(KafkaError) {
        var topic = unsafe rd_kafka_DeleteTopic_new(name)
        defer { unsafe rd_kafka_DeleteTopic_destroy(topic) }
        try unsafe ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, upTo: limit) { options, queue in
            unsafe rd_kafka_DeleteTopics(handle.pointer, &topic, 1, options, queue)
        } answer: { (event) throws(KafkaError) in
            var count = 0
            let result = unsafe rd_kafka_event_DeleteTopics_result(event)
            let topics = unsafe rd_kafka_DeleteTopics_result_topics(result, &count)
            try unsafe Self.check(topics, count)
        }
    }

    /// Removes the records of a partition before an offset; for tests.
    package func deleteRecords(
        of partition: TopicPartition, before offset: Int64, upTo limit: Duration
    ) throws(KafkaError) {
        var records = unsafe withList([(partition, offset)]) { list in
            unsafe rd_kafka_DeleteRecords_new(list)
        }
        defer { unsafe rd_kafka_DeleteRecords_destroy(records) }
        try unsafe ask(RD_KAFKA_ADMIN_OP_DELETERECORDS, upTo: limit) { options, queue in
            unsafe rd_kafka_DeleteRecords(handle.pointer, &records, 1, options, queue)
        } answer: { (event) throws(KafkaError) in
            let result = unsafe rd_kafka_event_DeleteRecords_result(event)
            guard let list = unsafe rd_kafka_DeleteRecords_result_offsets(result) else { return }
            for index in 0..<Int(unsafe list.pointee.cnt) {
                let code = unsafe KafkaErrorCode(list.pointee.elems[index].err)
                guard code == .none else { throw KafkaError(code) }
            }
        }
    }

    /// Every setting of a topic, whether its own or the broker's default.
    package func topicSettings(
        of name: String, upTo limit: Duration
    ) throws(KafkaError) -> [String: String] {
        try describe(RD_KAFKA_RESOURCE_TOPIC, name, upTo: limit)
    }

    /// Every setting of a broker that is not a secret.
    package func brokerSettings(
        of id: Int32, upTo limit: Duration
    ) throws(KafkaError) -> [String: String] {
        try describe(RD_KAFKA_RESOURCE_BROKER, String(id), upTo: limit)
    }

    /// Ends the client; whether that was done within the limit.
    @discardableResult
    package func close(upTo limit: Duration) -> Bool {
        handle.close(flags: RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE, upTo: limit)
    }
}
