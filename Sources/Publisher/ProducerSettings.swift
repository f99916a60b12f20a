/// The settings of librdkafka that publishing stands on.
struct ProducerSettings {
    /// What `kafka.properties` may override.
    let defaults: [(String, String)]
    /// What it may not: order and the promise not to lose stand on it.
    let pinned: [(String, String)]

    init(_ configuration: PublisherConfiguration, bodyLimit: Int) {
        defaults = [
            ("linger.ms", String(configuration.lingerMilliseconds)),
            ("message.max.bytes", String(PublishLoop.maxMessageBytes(bodyLimit: bodyLimit))),
        ]
        pinned = [
            ("enable.idempotence", "true"), ("acks", "all"),
            // Without it the successors of a refused batch would overtake it.
            ("enable.gapless.guarantee", "true"),
            // A record in the journal never times out.
            ("message.timeout.ms", "0"),
            // As Java clients place keys.
            ("partitioner", "murmur2_random"),
            // Above the window, so that a full queue is our own back-pressure.
            ("queue.buffering.max.messages", String(configuration.windowRecords * 2)),
        ]
    }
}
