package import Kafka

/// What only the consumer itself knows of how far the state is.
package struct ServiceStatus: Sendable {
    /// What is in the way of being ready, a sentence each.
    package var reasons: [String]
    /// Records applied a second, over the last seconds.
    package var rate: Double
    /// Where each partition ends, as far as that is known.
    package var ends: [TopicPartition: Int64]

    /// Describes a moment.
    package init(reasons: [String], rate: Double, ends: [TopicPartition: Int64]) {
        self.reasons = reasons
        self.rate = rate
        self.ends = ends
    }
}
