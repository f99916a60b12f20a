internal import CRdkafka
internal import Synchronization
internal import Telemetry
internal import Threads

/// One `rd_kafka_t` with its main queue and its topics: what all clients here are made of.
///
/// Order of destruction is written once, in `close`: topics, queues, handle (librdkafka's
/// INTRODUCTION.md, Termination); any other order blocks `rd_kafka_destroy` for ever.
@safe final class KafkaHandle: @unchecked Sendable {
    // Safe because: "The librdkafka API is thread-safe" (INTRODUCTION.md, Threads and callbacks);
    // the pointers never change, and `close` is the owner's last call.
    let pointer: OpaquePointer
    let mainQueue: OpaquePointer
    private let log: Log
    private let topics = Mutex<[String: KafkaTopic]>([:])
    private let closed = Atomic<Bool>(false)
    private let stuck = Atomic<Bool>(false)

    init(
        _ type: rd_kafka_type_t, _ settings: [(String, String)], events: Int32, log: Log
    ) throws(KafkaError) {
        let conf = try unsafe Self.makeConf(settings)
        unsafe rd_kafka_conf_set_events(
            conf, events | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
        var text = [CChar](repeating: 0, count: errorTextBytes)
        guard let handle = unsafe rd_kafka_new(type, conf, &text, text.count) else {
            // The configuration stays ours only if no handle was made.
            unsafe rd_kafka_conf_destroy(conf)
            throw KafkaError(.invalidArgument, text: Kafka.text(in: text))
        }
        unsafe pointer = handle
        unsafe mainQueue = rd_kafka_queue_get_main(handle)
        self.log = log
        unsafe rd_kafka_set_log_queue(handle, nil)
    }

    deinit {
        // Forgotten on the way out of an error: it is ended all the same, and nobody waits, since
        // destroying may block.
        _ = close(upTo: .zero)
    }

    /// Whether `close` has been called: from then on no pointer of this handle may be used.
    var isClosed: Bool { closed.load(ordering: .acquiring) }

    /// Every setting in order, a later one over an earlier one.
    private static func makeConf(
        _ settings: [(String, String)]
    ) throws(KafkaError) -> OpaquePointer {
        guard let conf = unsafe rd_kafka_conf_new() else {
            preconditionFailure("out of memory")
        }
        for (name, value) in settings {
            if let problem = unsafe set(conf, name, value) {
                unsafe rd_kafka_conf_destroy(conf)
                throw KafkaError(.invalidArgument, text: problem)
            }
        }
        return unsafe conf
    }

    /// Sets one property; returns what is wrong with it, in librdkafka's words.
    static func set(_ conf: OpaquePointer, _ name: String, _ value: String) -> String? {
        var text = [CChar](repeating: 0, count: errorTextBytes)
        let result = unsafe rd_kafka_conf_set(conf, name, value, &text, text.count)
        return result == RD_KAFKA_CONF_OK ? nil : Kafka.text(in: text)
    }

    /// What a property is set to, as text; nil for one that there is not.
    func setting(_ name: String) -> String? {
        var text = [CChar](repeating: 0, count: errorTextBytes)
        var size = text.count
        let result = unsafe rd_kafka_conf_get(rd_kafka_conf(pointer), name, &text, &size)
        return result == RD_KAFKA_CONF_OK ? Kafka.text(in: text) : nil
    }

    /// The handle of a topic, made at its first use and kept: looking one up costs a lock.
    func topic(_ name: String) throws(KafkaError) -> KafkaTopic {
        precondition(!isClosed, "the Kafka client is closed")
        let known = topics.withLock { known -> KafkaTopic? in
            if let topic = known[name] { return topic }
            guard let made = unsafe rd_kafka_topic_new(pointer, name, nil) else { return nil }
            let topic = unsafe KafkaTopic(name: name, pointer: made)
            known[name] = topic
            return topic
        }
        guard let known else {
            throw KafkaError(.invalidTopic, text: "\"\(name)\" cannot be the name of a topic")
        }
        return known
    }

    /// Writes a log event's line to our log, and gives its facility; librdkafka's levels are those
    /// of syslog.
    @discardableResult
    func forward(logEvent event: OpaquePointer) -> String {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard unsafe rd_kafka_event_log(event, &facility, &text, &level) == 0 else { return "" }
        let line = unsafe string(text) ?? ""
        let name = unsafe string(facility) ?? ""
        guard !Self.isExpected(line) else { return name }
        let fields: KeyValuePairs<String, LogValue> = [
            "facility": .string(name), "text": .string(line),
        ]
        switch level {
        case ...2: log.error("librdkafka", fields)
        // A connection that fails is an error to librdkafka; it tries again by itself.
        case 3, 4: log.warning("librdkafka", fields)
        case 5, 6: log.info("librdkafka", fields)
        default: log.debug("librdkafka", fields)
        }
        return name
    }

    /// Whether the line is no news.
    ///
    /// One set of properties serves producers and consumers, and the gapless guarantee is chosen.
    /// Taking over a transactional id is tried again twice a second while Kafka still ends its last
    /// transaction, and the caller is told.
    private static func isExpected(_ line: String) -> Bool {
        line.hasSuffix("will be ignored by this producer instance")
            || line.hasSuffix("will be ignored by this consumer instance")
            || line.contains("property enable.gapless.guarantee is experimental")
            || line.contains("Failed to acquire transactional PID") && line.hasSuffix("retrying")
    }

    /// The error that an error event carries, with the cause where it is fatal.
    func error(of event: OpaquePointer) -> KafkaError {
        if unsafe rd_kafka_event_error_is_fatal(event) != 0, let cause = fatalError { return cause }
        return unsafe KafkaError(
            KafkaErrorCode(rd_kafka_event_error(event)),
            text: string(rd_kafka_event_error_string(event)), retriable: true)
    }

    /// The error that made the handle unusable, if one did.
    var fatalError: KafkaError? {
        precondition(!isClosed, "the Kafka client is closed")
        var text = [CChar](repeating: 0, count: errorTextBytes)
        let code = unsafe rd_kafka_fatal_error(pointer, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(KafkaErrorCode(code), text: Kafka.text(in: text), fatal: true)
    }

    /// Notes that a call on this handle never returned: it is never destroyed, since that call
    /// still has it.
    func abandon() { stuck.store(true, ordering: .releasing) }

    /// Destroys topics, queue and handle; whether that ended within the limit.
    ///
    /// No other call on this handle may be running or follow. `rd_kafka_destroy` has no limit of
    /// its own (it waits for its threads, and one may wait for a name server), so it runs on a
    /// thread that is left alone when the time is over.
    func close(flags: Int32 = 0, upTo limit: Duration) -> Bool {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return true }
        guard !stuck.load(ordering: .acquiring) else { return false }
        for topic in topics.withLock({ $0.values }) { unsafe rd_kafka_topic_destroy(topic.pointer) }
        unsafe rd_kafka_queue_destroy(mainQueue)
        let done = Monitor(false)
        // As a number: the thread may outlive this object.
        let address = unsafe Int(bitPattern: pointer)
        do {
            _ = try Worker(ifPossible: "kafka-close", patience: min(limit, Worker.patience)) {
                unsafe rd_kafka_destroy_flags(OpaquePointer(bitPattern: address), flags)
                done.update { $0 = true }
            }
        } catch {
            log.warning("a Kafka client is left behind", ["why": .string(error.description)])
            return false
        }
        return done.wait(upTo: limit) { $0 ? true : nil } ?? false
    }
}

/// A topic's handle: belongs to the client that gave it, and is gone when that is closed.
@safe package struct KafkaTopic: @unchecked Sendable {
    // Safe because: "The librdkafka API is thread-safe"; the handle destroys it in `close`, and
    // whoever uses it asks first whether the client is closed.
    /// The topic's name.
    package let name: String
    let pointer: OpaquePointer
}
