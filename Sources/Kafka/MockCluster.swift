internal import CRdkafka
internal import Synchronization
package import Telemetry

/// An embedded Kafka in memory: the one of `dev` and of fast tests.
///
/// It keeps 5 MB a partition and drops the oldest, and has no admin requests: its topics are made
/// by `createTopic`. It lives on a handle of its own, so no client's end takes it away.
@safe package final class MockCluster: @unchecked Sendable {
    // Safe because: every mock function takes the cluster's own lock or hands an operation to the
    // cluster's thread (rdkafka_mock.c); `close` is the owner's last call.
    private let handle: KafkaHandle
    private let cluster: OpaquePointer
    /// The brokers, as clients take them.
    package let bootstrapServers: String
    /// How many brokers it has; their ids start at 1.
    package let brokers: Int

    /// Starts a cluster on free ports of the loopback.
    package init(brokers: Int = 1, log: Log = .silent) throws(KafkaError) {
        self.brokers = brokers
        handle = try KafkaHandle(
            RD_KAFKA_PRODUCER,
            [
                ("client.id", "hookline-embedded"), ("test.mock.num.brokers", String(brokers)),
                ("log.queue", "true"),
            ], events: 0, log: log)
        guard let cluster = unsafe rd_kafka_handle_mock_cluster(handle.pointer),
            let servers = unsafe string(rd_kafka_mock_cluster_bootstraps(cluster))
        else {
            _ = handle.close(upTo: .seconds(1))
            throw KafkaError(.invalidArgument, text: "librdkafka has no mock cluster")
        }
        unsafe self.cluster = cluster
        bootstrapServers = servers
    }

    /// What a client needs to reach it, and to read without delay.
    ///
    /// Unlike a broker it answers a fetch that found nothing only after the whole of this wait,
    /// whatever comes meanwhile.
    package var configuration: KafkaConfiguration {
        var configuration = KafkaConfiguration(bootstrapServers: bootstrapServers)
        configuration.properties["fetch.wait.max.ms"] = "5"
        return configuration
    }

    /// Makes a topic; one that is there already is an error.
    package func createTopic(
        _ name: String, partitions: Int = 1, replicas: Int = 1
    ) throws(KafkaError) {
        try check(
            unsafe rd_kafka_mock_topic_create(
                cluster, name, Int32(partitions), Int32(replicas)))
    }

    /// Answers requests about the topic with an error, until it is told otherwise with `.none`.
    package func setError(_ code: KafkaErrorCode, ofTopic name: String) {
        unsafe rd_kafka_mock_topic_set_error(cluster, name, code.cValue)
    }

    /// Answers the next requests of a kind with these errors, one each.
    package func failNext(_ request: KafkaRequest, _ codes: [KafkaErrorCode]) {
        let codes = codes.map(\.cValue)
        unsafe rd_kafka_mock_push_request_errors_array(
            cluster, request.rawValue, codes.count, codes)
    }

    /// Forgets the errors not yet answered with.
    package func clearFailures(of request: KafkaRequest) {
        unsafe rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
    }

    /// Makes a broker lead the partition, or none.
    package func setLeader(_ broker: Int32?, of partition: TopicPartition) throws(KafkaError) {
        try check(
            unsafe rd_kafka_mock_partition_set_leader(
                cluster, partition.topic, partition.partition, broker ?? -1))
    }

    /// Cuts all connections to a broker and takes no more.
    package func stopBroker(_ id: Int32 = 1) throws(KafkaError) {
        try check(unsafe rd_kafka_mock_broker_set_down(cluster, id))
    }

    /// Lets a stopped broker take connections again.
    package func startBroker(_ id: Int32 = 1) throws(KafkaError) {
        try check(unsafe rd_kafka_mock_broker_set_up(cluster, id))
    }

    /// Makes a broker answer only after this time.
    package func delayBroker(_ id: Int32 = 1, by delay: Duration) throws(KafkaError) {
        try check(unsafe rd_kafka_mock_broker_set_rtt(cluster, id, delay.milliseconds))
    }

    private func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(KafkaErrorCode(code))
    }

    /// Ends the cluster and all that it holds; close its clients first.
    @discardableResult
    package func close(upTo limit: Duration) -> Bool {
        handle.close(upTo: limit)
    }
}

/// A kind of request of the Kafka protocol, by its key there.
package enum KafkaRequest: Int16, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case findCoordinator = 10
    case initProducerId = 22
}
