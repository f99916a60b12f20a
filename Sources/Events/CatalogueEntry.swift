package import JSON

/// What the catalogue says of one type of event.
package final class CatalogueEntry: Sendable {
    /// How a snapshot changes what is known of an entity.
    package enum Mode: String, CaseIterable, Sendable {
        /// Fields that the snapshot lacks stay as they were.
        case merge
        /// Fields that the snapshot lacks are gone.
        case replace
    }

    /// What `data` must be.
    package enum DataKind: String, CaseIterable, Sendable {
        case object
        case array
        case any
    }

    /// A further value that the history shows.
    package struct HistoryField: Sendable, Hashable {
        /// The last name of the path.
        package let name: String

        /// Where the body holds the value.
        package let path: JSONPath
    }

    /// The type of the event, such as `order.updated`.
    package let type: String

    /// The type as UTF-8.
    let typeBytes: [UInt8]

    /// What follows the prefix in the name of the topic.
    package let topic: String

    /// Full names of topics that the events were published to before; they are only read.
    package let formerTopics: [String]

    /// What the event is about, such as `order`.
    package let entity: String

    /// Where the body holds the entity's id.
    package let keyPath: JSONPath

    /// Where the body holds the entity's fields.
    package let snapshotPath: JSONPath

    /// Where the snapshot says when it was last changed.
    package let updatedAtPath: JSONPath

    /// How the snapshot changes what is known.
    package let mode: Mode

    /// The place in the entity's life: of two events of the same instant the higher is later.
    package let rank: UInt8

    /// Further values that the history shows.
    package let historyFields: [HistoryField]

    /// Fields of the state that lists may be filtered by: names joined by dots.
    package let filters: [JSONPath]

    /// What `data` must be.
    package let dataKind: DataKind

    /// Makes an entry; only `Catalogue` does, after checking.
    init(
        type: String, topic: String, formerTopics: [String], entity: String, keyPath: JSONPath,
        snapshotPath: JSONPath, mode: Mode, rank: UInt8, historyFields: [HistoryField],
        filters: [JSONPath],
        dataKind: DataKind
    ) {
        self.type = type
        typeBytes = Array(type.utf8)
        self.topic = topic
        self.formerTopics = formerTopics
        self.entity = entity
        self.keyPath = keyPath
        self.snapshotPath = snapshotPath
        updatedAtPath = snapshotPath.appending("updatedAt")
        self.mode = mode
        self.rank = rank
        self.historyFields = historyFields
        self.filters = filters
        self.dataKind = dataKind
    }

    /// The rules by which state is made from this type, as one line of canonical text.
    var mergeRules: String {
        "\(type) \(entity) \(keyPath) \(snapshotPath) \(mode.rawValue) \(rank)"
    }

    /// The digest of these rules.
    ///
    /// State made by other rules is other state, so a store keeps it for each type that it holds
    /// events of.
    package var mergeRulesDigest: BodyHash {
        BodyHash(hashing: Array(mergeRules.utf8).span)
    }
}

/// The rules by which a catalogue makes state from events: a digest for each type.
package struct MergeRules: Hashable, Sendable {
    /// The digests by type.
    package let digests: [String: BodyHash]
}
