package import Configuration

/// Section `consumer`: how records go from Kafka to the state.
package struct ConsumerConfiguration: Sendable {
    /// What to do where records are gone that were never applied.
    package enum OnGap: String, CaseIterable, Sendable {
        /// Read no more of that partition, and be not ready.
        case stop
        /// Say which are missing, and read on.
        case `continue`
    }

    /// The group that offsets are written to for lag tools; default `hookline`.
    ///
    /// Nothing is read from it: the offsets that count are in the state.
    package var group = "hookline"
    /// Records in one transaction at most; default 4,000, from 1 to 100,000.
    package var batchRecords = 4000
    /// Bytes of values in one transaction at most; default 16 MiB, from 64 KiB to 1 GiB.
    package var batchBytes = 16 << 20
    /// What to do where records are gone that were never applied; default `stop`.
    package var onGap = OnGap.stop

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        group = section.string("group", default: group, allowed: "a group's name") { !$0.isEmpty }
        batchRecords = section.integer("batchRecords", default: batchRecords, range: 1...100_000)
        batchBytes = section.integer(
            "batchBytes", default: batchBytes, range: 64 << 10...1 << 30)
        onGap = section.choice("onGap", default: onGap)
    }
}
