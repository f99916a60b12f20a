package import Configuration
package import JSON

/// What each type of event means: where it goes, what it is about, how it changes the state.
package struct Catalogue: Sendable {
    /// The entries, sorted by type.
    package let entries: [CatalogueEntry]

    private let byType: [String: CatalogueEntry]

    /// The catalogue that comes with the program: `config/catalogue.json5`.
    package static let shipped: Catalogue = {
        do {
            return try Catalogue(json5: PackageResources.catalogue_json5)
        } catch {
            preconditionFailure("the embedded catalogue is wrong: \(error)")
        }
    }()

    /// The text of the catalogue that comes with the program.
    package static let shippedText = String(
        decoding: PackageResources.catalogue_json5, as: UTF8.self)

    /// Reads a catalogue file, which messages call `path`.
    ///
    /// - Throws: every problem of the file at once.
    package init(json5: [UInt8], path: String = "the catalogue") throws(CatalogueError) {
        let entries = try CatalogueReader.entries(json5, path: path)
        self.entries = entries.sorted { $0.type < $1.type }
        byType = Dictionary(uniqueKeysWithValues: entries.map { ($0.type, $0) })
    }

    /// The entry of a type, or nil where the catalogue does not have it.
    package subscript(type: String) -> CatalogueEntry? { byType[type] }

    /// The same for a type as bytes, without making a string of it.
    func entry(type: Span<UInt8>) -> CatalogueEntry? {
        entries.first { type.elementsEqual($0.typeBytes) }
    }

    /// The full names of the topics that are read, each with the types that belong into it: where
    /// the types are published, and where they once were.
    package func topicsToRead(prefix: String) -> [String: [String]] {
        var topics: [String: [String]] = [:]
        for entry in entries {
            for topic in Set([prefix + entry.topic] + entry.formerTopics) {
                topics[topic, default: []].append(entry.type)
            }
        }
        return topics
    }

    /// The full names of the topics that the types are published to, sorted.
    package func topics(prefix: String) -> [String] {
        Set(entries.map { prefix + $0.topic }).sorted()
    }

    /// The names of the entities, sorted.
    package var entities: [String] { Set(entries.map(\.entity)).sorted() }

    /// The fields that lists of an entity may be filtered by: those of all its types, sorted.
    package func filters(of entity: String) -> [JSONPath] {
        Set(entries.filter { $0.entity == entity }.flatMap(\.filters))
            .sorted { $0.description < $1.description }
    }

    /// The rules by which state is made from events; topics and filters are not among
    /// them.
    package var mergeRules: MergeRules {
        MergeRules(
            digests: Dictionary(
                uniqueKeysWithValues: entries.map { ($0.type, $0.mergeRulesDigest) }))
    }
}

/// What is wrong with a catalogue file: every problem at once.
package struct CatalogueError: Error, Sendable, CustomStringConvertible {
    /// The problems: where, what stands there, what is allowed.
    package let problems: [ConfigurationProblem]

    /// The problems, a line each.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
