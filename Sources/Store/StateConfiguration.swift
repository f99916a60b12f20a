package import Configuration

/// Section `state`: where the rebuilt state is kept.
package struct StateConfiguration: Sendable {
    /// The folder that holds the state and nothing else; default `data/state`.
    package var folder = "data/state"
    /// Bytes of memory for the entities used last; default 32 MiB, from 0 to 16 GiB.
    package var cacheBytes = 32 << 20
    /// Bytes of records that dead letters keep; default 256 MiB, from 0 to 16 GiB.
    ///
    /// Past it, a letter keeps its position, hash and time, and Kafka has the record.
    package var deadLettersBytes = 256 << 20
    /// How many generations are kept that were live before the present one; default 1, from 0 to
    /// 100.
    package var generationsKept = 1
    /// Bytes of the disk that a replay leaves to `consume`; default 64 MiB, from 0 to 1 PiB.
    package var minFreeBytes = 64 << 20

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        folder = section.string("folder", default: folder, allowed: "a folder's path") {
            !$0.isEmpty
        }
        cacheBytes = section.integer("cacheBytes", default: cacheBytes, range: 0...16 << 30)
        deadLettersBytes = section.integer(
            "deadLettersBytes", default: deadLettersBytes, range: 0...16 << 30)
        generationsKept = section.integer(
            "generationsKept", default: generationsKept, range: 0...100)
        minFreeBytes = section.integer("minFreeBytes", default: minFreeBytes, range: 0...1 << 50)
    }
}
