package import Events

/// What a store needs to know beside its file.
package struct StoreSettings: Sendable {
    /// What the state is built by, and what lists may be filtered by.
    package let catalogue: Catalogue
    /// Bytes of memory for the entities used last.
    package let cacheBytes: Int
    /// Bytes of records that dead letters keep in all.
    package let deadLettersBytes: Int

    /// Settings by value.
    package init(
        _ catalogue: Catalogue, cacheBytes: Int,
        deadLettersBytes: Int = StateConfiguration().deadLettersBytes
    ) {
        self.catalogue = catalogue
        self.cacheBytes = cacheBytes
        self.deadLettersBytes = deadLettersBytes
    }

    /// The settings of section `state`, if wanted with other bytes of memory.
    package init(
        _ state: StateConfiguration, _ catalogue: Catalogue, cacheBytes: Int? = nil
    ) {
        self.init(
            catalogue, cacheBytes: cacheBytes ?? state.cacheBytes,
            deadLettersBytes: state.deadLettersBytes)
    }
}
