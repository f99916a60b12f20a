package import Configuration

/// Section `state`: where the rebuilt state is kept.
package struct StateConfiguration: Sendable {
    /// The folder that holds the state and nothing else; default `data/state`.
    package var folder = "data/state"
    /// Bytes of memory for the entities used last; default 32 MiB, from 0 to 16 GiB.
    package var cacheBytes = 32 << 20

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        folder = section.string("folder", default: folder, allowed: "a folder's path") {
            !$0.isEmpty
        }
        cacheBytes = section.integer("cacheBytes", default: cacheBytes, range: 0...16 << 30)
    }
}
