internal import CRdkafka
package import Telemetry

/// Sends records; reports and errors come as events to the thread that calls `poll`.
///
/// One thread produces, another waits in `poll` (a sleeping poll loop would add its sleep to
/// every record's latency). A record's identity is a number that comes back in its report, so
/// nothing of ours lives inside librdkafka.
package final class KafkaProducer: Sendable {
    let handle: KafkaHandle
    let offsetCalls = CallThread("kafka-offsets")

    /// Makes the client; connecting happens in the background and for ever.
    ///
    /// The configuration's properties go over the defaults and under what is pinned.
    package init(
        _ configuration: KafkaConfiguration, defaults: [(String, String)] = [],
        pinned: [(String, String)] = [], log: Log
    ) throws(KafkaError) {
        handle = try KafkaHandle(
            RD_KAFKA_PRODUCER, configuration.settings(defaults: defaults, pinned: pinned),
            events: RD_KAFKA_EVENT_DR, log: log)
    }

    init(_ handle: KafkaHandle) {
        self.handle = handle
    }

    /// The topic's handle, made once and kept.
    package func topic(_ name: String) throws(KafkaError) -> KafkaTopic {
        try handle.topic(name)
    }

    /// Hands a record to librdkafka, which copies it; without a partition, the key chooses it.
    ///
    /// The headers go in as a list of our own: given one by one, they are freed twice where the
    /// topic or the partition is not there, before librdkafka 2.12 (#4628).
    package func produce(
        to topic: KafkaTopic, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: borrowing RecordHeaders, identity: UInt64
    ) -> ProduceAnswer {
        precondition(!handle.isClosed, "the Kafka client is closed")
        let list = unsafe headers.makeList()
        return unsafe withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) {
            variables in
            unsafe variables[0] = Self.variable(RD_KAFKA_VTYPE_RKT) {
                unsafe $0.rkt = topic.pointer
            }
            unsafe variables[1] = Self.variable(RD_KAFKA_VTYPE_MSGFLAGS) {
                unsafe $0.i = RD_KAFKA_MSG_F_COPY
            }
            unsafe variables[2] = Self.variable(RD_KAFKA_VTYPE_OPAQUE) {
                unsafe $0.ptr = UnsafeMutableRawPointer(bitPattern: UInt(identity))
            }
            return unsafe Self.withBytes(of: key) { key in
                unsafe variables[3] = Self.variable(RD_KAFKA_VTYPE_KEY) { unsafe $0.mem = key }
                return unsafe Self.withBytes(of: value) { value in
                    unsafe variables[4] = Self.variable(RD_KAFKA_VTYPE_VALUE) {
                        unsafe $0.mem = value
                    }
                    unsafe variables[5] = Self.variable(RD_KAFKA_VTYPE_HEADERS) {
                        unsafe $0.headers = list
                    }
                    unsafe variables[6] = Self.variable(RD_KAFKA_VTYPE_PARTITION) {
                        unsafe $0.i32 = partition ?? RD_KAFKA_PARTITION_UA
                    }
                    return unsafe send(variables, list)
                }
            }
        }
    }

    /// The same with a key that is a text, or with none.
    package func produce(
        to topic: KafkaTopic, keyText key: String?, value: Span<UInt8>,
        headers: borrowing RecordHeaders, identity: UInt64
    ) -> ProduceAnswer {
        guard let key else {
            return produce(
                to: topic, key: nil, value: value, headers: headers, identity: identity)
        }
        return produce(
            to: topic, key: key.utf8Span.span, value: value, headers: headers,
            identity: identity)
    }

    private func send(
        _ variables: UnsafeMutableBufferPointer<rd_kafka_vu_t>, _ headers: OpaquePointer
    ) -> ProduceAnswer {
        // The returned object is the error of this very call; rd_kafka_last_error belongs to
        // whichever thread asks.
        guard
            let object = unsafe rd_kafka_produceva(
                handle.pointer, variables.baseAddress, variables.count)
        else { return .queued }
        // With a record that is not taken, the list stays ours.
        unsafe rd_kafka_headers_destroy(headers)
        let error = unsafe KafkaError(consuming: object)
        if error.code == .queueFull { return .queueFull }
        // The error object of a call on a broken handle does not say that it is fatal.
        return .refused(handle.fatalError ?? error)
    }

    private typealias Bytes = rd_kafka_vu_s.__Unnamed_union_u.__Unnamed_struct_mem

    private static func variable(
        _ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var variable = unsafe rd_kafka_vu_t()
        unsafe variable.vtype = type
        unsafe fill(&variable.u)
        return unsafe variable
    }

    private static func withBytes<R>(of span: Span<UInt8>?, _ body: (Bytes) -> R) -> R {
        guard let span else { return unsafe body(Bytes(ptr: nil, size: 0)) }
        return unsafe span.withUnsafeBufferPointer { buffer in
            // An empty key or value is not a missing one, and Kafka tells them apart by the
            // pointer.
            let start = unsafe buffer.baseAddress ?? UnsafePointer(bitPattern: 1)
            return unsafe body(
                Bytes(ptr: UnsafeMutableRawPointer(mutating: start), size: buffer.count))
        }
    }

    /// Waits for the first event, then takes what else is there; false if nothing came in time.
    ///
    /// Log lines among the events go to the log by themselves.
    package func poll(upTo limit: Duration, into events: inout ProducerEvents) -> Bool {
        precondition(!handle.isClosed, "the Kafka client is closed")
        var wait = limit.milliseconds
        var found = false
        for _ in 0..<ProducerEvents.batchLimit {
            guard let event = unsafe rd_kafka_queue_poll(handle.mainQueue, wait) else { break }
            unsafe events.take(event, of: handle)
            unsafe rd_kafka_event_destroy(event)
            (found, wait) = (true, 0)
        }
        return found
    }

    /// Lets the thread that waits in `poll` go on at once.
    package func wake() {
        unsafe rd_kafka_queue_yield(handle.mainQueue)
    }

    /// The error that made this client unusable, if one did.
    package var fatalError: KafkaError? { handle.fatalError }

    /// How many records are not reported yet, and events not polled.
    package var outstanding: Int {
        precondition(!handle.isClosed, "the Kafka client is closed")
        return unsafe Int(rd_kafka_outq_len(handle.pointer))
    }

    /// Fails the records that are not sent yet, and with `inFlight` those not acknowledged too;
    /// their reports still come, through `poll`.
    package func purge(inFlight: Bool) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        _ = unsafe rd_kafka_purge(
            handle.pointer,
            inFlight
                ? RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT : RD_KAFKA_PURGE_F_QUEUE)
    }

    /// What the cluster says of a topic; asks at most for this long.
    ///
    /// Ask before the first record: `produceva` sends the first one of a topic unknown to it up
    /// to a second late before librdkafka 2.10 (#5032), and a topic that is missing gives no
    /// quick error.
    package func metadata(
        of topic: KafkaTopic, upTo limit: Duration
    ) throws(KafkaError) -> TopicMetadata {
        try handle.metadata(of: topic, upTo: limit)
    }

    /// What a broker says of its cluster and every topic in it; known topics need no more asking.
    package func cluster(upTo limit: Duration) throws(KafkaError) -> ClusterMetadata {
        try handle.cluster(upTo: limit)
    }

    /// Makes the client fail for ever with this error, for tests of the way back.
    ///
    /// The error is seen before this returns: whoever closes the client for it must wait for that.
    package func failForTest(_ code: KafkaErrorCode, _ reason: String) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        _ = unsafe rd_kafka_test_fatal_error(handle.pointer, code.cValue, reason)
    }

    /// Ends the client; whether that was done within the limit.
    ///
    /// No other call may be running or follow. What is not acknowledged is gone without a report.
    @discardableResult
    package func close(upTo limit: Duration) -> Bool {
        offsetCalls.end()
        return handle.close(upTo: limit)
    }
}

extension RecordHeaders {
    /// The headers as a list of librdkafka, which copies them.
    func makeList() -> OpaquePointer {
        guard let list = unsafe rd_kafka_headers_new(headers.count) else {
            preconditionFailure("no memory for a record's headers")
        }
        unsafe bytes.withUnsafeBufferPointer { bytes in
            for header in headers {
                let name = unsafe UnsafeRawPointer(header.name.utf8Start)
                    .assumingMemoryBound(to: CChar.self)
                let value = unsafe UnsafeRawPointer(bytes.baseAddress)?
                    .advanced(by: header.value.lowerBound)
                let code = unsafe rd_kafka_header_add(
                    list, name, header.name.utf8CodeUnitCount, value, header.value.count)
                precondition(code == RD_KAFKA_RESP_ERR_NO_ERROR, "a header that may not be")
            }
        }
        return unsafe list
    }
}
