internal import Kafka

/// What `dev` wants to know and to decide; nothing in production.
package struct PublisherHooks: Sendable {
    /// A record that Kafka has acknowledged.
    package struct Published: Hashable, Sendable {
        /// Its place in the journal.
        package let sequence: UInt64
        /// The topic it went to.
        package let topic: String
        /// The partition's number.
        package let partition: Int32
        /// Its offset there.
        package let offset: Int64
    }

    /// Told of each record, on the thread of reports, in each partition's order.
    package var published: (@Sendable (Published) -> Void)?
    /// Asked before each record, with its topic and size; no means: asked again soon.
    package var mayPublish: (@Sendable (_ topic: String, _ bytes: Int) -> Bool)?

    /// How long a position stands in Kafka before it is committed again, since Kafka forgets
    /// offsets that nobody commits for a week.
    var renewal = Duration.seconds(86_400)
    /// Given each new client, for tests that break it.
    var clientMade: (@Sendable (KafkaProducer) -> Void)?

    /// Neither.
    package init(
        published: (@Sendable (Published) -> Void)? = nil,
        mayPublish: (@Sendable (_ topic: String, _ bytes: Int) -> Bool)? = nil
    ) {
        self.published = published
        self.mayPublish = mayPublish
    }
}
