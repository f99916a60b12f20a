package import Configuration

/// Section `publisher`: how records go from the journal to Kafka.
package struct PublisherConfiguration: Sendable {
    /// What is promised of a record in Kafka.
    package enum Delivery: String, CaseIterable, Sendable {
        /// At least once, in order; after a crash the last window may be sent again.
        case idempotent
        /// Once, in transactions.
        case exactlyOnce = "exactly-once"
    }

    /// What is promised; default `idempotent`.
    package var delivery = Delivery.idempotent
    /// Records on their way to Kafka at a time; default 10,000, from 1 to 100,000.
    package var windowRecords = 10_000
    /// Bytes on their way to Kafka at a time; default 32 MiB, from 1 MiB to 1 GiB.
    package var windowBytes = 32 << 20
    /// How long a record may wait for others to share a request; default 1, from 0 to 1,000.
    package var lingerMilliseconds = 1
    /// How long a record may wait while later ones arrive, before its topic waits alone; default
    /// 30,000, from 1,000 to 45,000: less than a transaction may be open.
    package var stallMilliseconds = 30_000

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        delivery = section.choice("delivery", default: delivery)
        windowRecords = section.integer(
            "windowRecords", default: windowRecords, range: 1...100_000)
        windowBytes = section.integer(
            "windowBytes", default: windowBytes, range: (1 << 20)...(1 << 30))
        lingerMilliseconds = section.integer(
            "lingerMilliseconds", default: lingerMilliseconds, range: 0...1_000)
        stallMilliseconds = section.integer(
            "stallMilliseconds", default: stallMilliseconds, range: 1_000...45_000)
    }
}
