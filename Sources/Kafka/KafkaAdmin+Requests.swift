internal import CRdkafka

// How a request of the admin client is asked and its answer read.
extension KafkaAdmin {
    /// Asks on a queue of its own, and gives the answer's event to the closure.
    func ask<R>(
        _ operation: rd_kafka_admin_op_t, upTo limit: Duration,
        _ request: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        answer: (OpaquePointer) throws(KafkaError) -> R
    ) throws(KafkaError) -> R {
        precondition(!handle.isClosed, "the Kafka client is closed")
        let options = unsafe rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var text = [CChar](repeating: 0, count: errorTextBytes)
        _ = unsafe rd_kafka_AdminOptions_set_request_timeout(
            options, limit.milliseconds, &text, text.count)
        let queue = unsafe rd_kafka_queue_new(handle.pointer)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe request(options, queue)
        // librdkafka keeps the limit itself; the second more is for its own event.
        guard
            let event = unsafe rd_kafka_queue_poll(
                queue, (limit + .seconds(1)).milliseconds)
        else { throw KafkaError(.timedOut, retriable: true) }
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe KafkaErrorCode(rd_kafka_event_error(event))
        guard code == .none else {
            throw unsafe KafkaError(
                code, text: string(rd_kafka_event_error_string(event)), retriable: true)
        }
        return try unsafe answer(event)
    }

    /// Throws the first error among the results of topics.
    static func check(
        _ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int
    ) throws(KafkaError) {
        for index in 0..<count {
            let topic = unsafe topics?[index]
            let code = unsafe KafkaErrorCode(rd_kafka_topic_result_error(topic))
            guard code == .none else {
                throw unsafe KafkaError(
                    code, text: string(rd_kafka_topic_result_error_string(topic)))
            }
        }
    }

    /// The settings of one topic or broker.
    func describe(
        _ type: rd_kafka_ResourceType_t, _ name: String, upTo limit: Duration
    ) throws(KafkaError) -> [String: String] {
        var resource = unsafe rd_kafka_ConfigResource_new(type, name)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        return try unsafe ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, upTo: limit) { options, queue in
            unsafe rd_kafka_DescribeConfigs(handle.pointer, &resource, 1, options, queue)
        } answer: { (event) throws(KafkaError) in
            var count = 0
            let result = unsafe rd_kafka_event_DescribeConfigs_result(event)
            let resources = unsafe rd_kafka_DescribeConfigs_result_resources(result, &count)
            guard count > 0 else { return [:] }
            return try unsafe Self.settings(of: resources?[0])
        }
    }

    private static func settings(
        of resource: OpaquePointer?
    ) throws(KafkaError) -> [String: String] {
        let code = unsafe KafkaErrorCode(rd_kafka_ConfigResource_error(resource))
        guard code == .none else {
            throw unsafe KafkaError(
                code, text: string(rd_kafka_ConfigResource_error_string(resource)))
        }
        var count = 0
        let entries = unsafe rd_kafka_ConfigResource_configs(resource, &count)
        var settings: [String: String] = [:]
        for index in 0..<count {
            let entry = unsafe entries?[index]
            guard let name = unsafe string(rd_kafka_ConfigEntry_name(entry)) else { continue }
            // A secret has no value here, and neither has what the broker leaves unset.
            settings[name] = unsafe string(rd_kafka_ConfigEntry_value(entry))
        }
        return settings
    }
}
