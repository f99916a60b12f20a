internal import Kafka

/// The settings of librdkafka that publishing stands on.
struct ProducerSettings {
    /// What `kafka.properties` may override.
    let defaults: [(String, String)]
    /// What it may not: order and the promise not to lose stand on it.
    let pinned: [(String, String)]

    init(_ configuration: PublisherConfiguration, journal: String, bodyLimit: Int) {
        self.init(
            configuration, bodyLimit: bodyLimit,
            delivery: Self.pinned(for: configuration.delivery, journal: journal))
    }

    /// For a client that promises something of its own.
    init(
        _ configuration: PublisherConfiguration, bodyLimit: Int, delivery: [(String, String)]
    ) {
        defaults = [
            ("linger.ms", String(configuration.lingerMilliseconds)),
            ("message.max.bytes", String(PublishLoop.maxMessageBytes(bodyLimit: bodyLimit))),
        ]
        pinned =
            [
                ("enable.idempotence", "true"), ("acks", "all"),
                // As Java clients place keys.
                ("partitioner", "murmur2_random"),
                // Above both windows, so that a full queue is our own back-pressure.
                ("queue.buffering.max.messages", String(configuration.windowRecords * 2)),
            ] + delivery
    }

    private static func pinned(
        for delivery: PublisherConfiguration.Delivery, journal: String
    ) -> [(String, String)] {
        switch delivery {
        case .idempotent:
            [
                // Without it the successors of a refused batch would overtake it.
                ("enable.gapless.guarantee", "true"),
                // A record in the journal never times out.
                ("message.timeout.ms", "0"),
            ]
        // A record that is late fails its transaction, and is sent again with the next.
        case .exactlyOnce:
            KafkaProducer.transactional(id: PublishTransaction.name(of: journal))
        }
    }
}
