import Configuration
import Events
import JSON

/// A catalogue file.
enum CatalogueCheck {
    static func run(_ bytes: [UInt8]) throws {
        let result = Result { () throws(CatalogueError) in try Catalogue(json5: bytes) }
        let again = Result { () throws(CatalogueError) in try Catalogue(json5: bytes) }
        switch (result, again) {
        case (.failure(let error), .failure(let second)):
            try same(error.description, second.description, "what is wrong, asked twice")
            try checkProblems(error)
        case (.success(let catalogue), .success(let second)):
            try same(
                catalogue.entries.map(line), second.entries.map(line), "the types, asked twice")
            try same(catalogue.mergeRules, second.mergeRules, "the rules' digest")
            try checkEntries(catalogue)
        default: throw Broken(description: "taken once, and refused once")
        }
    }

    /// Each problem names a place: a line of the file, or the path of a key.
    private static func checkProblems(_ error: CatalogueError) throws {
        try hold(!error.problems.isEmpty, "refused without a reason")
        for problem in error.problems {
            try hold(!problem.path.isEmpty, "a problem without a place: \(problem)")
            try hold(!problem.complaint.isEmpty, "a problem without a complaint: \(problem)")
            try hold(
                problem.path != "the catalogue" || problem.complaint.contains(#/[0-9]+:[0-9]+: /#)
                    || problem.complaint.contains("must hold an object"),
                "a problem without a line: \(problem)")
        }
    }

    private static func checkEntries(_ catalogue: Catalogue) throws {
        let types = catalogue.entries.map(\.type)
        try hold(!types.isEmpty, "no type")
        try same(types, Set(types).sorted(), "types are sorted, each once")
        for entry in catalogue.entries {
            try hold(catalogue[entry.type] === entry, "\(entry.type) is another one by its name")
            try checkWord(entry.type, atMost: 128, ".")
            try checkWord(entry.topic, atMost: 128, ".-")
            try checkWord(entry.entity, atMost: 64, "-")
            try hold(!["quarantine", "journal"].contains(entry.topic), "a topic of our own")
            for path in [entry.keyPath, entry.snapshotPath] + entry.historyFields.map(\.path) {
                let names = path.description.split(
                    separator: ".", omittingEmptySubsequences: false)
                try hold(!names.contains(""), "an empty name in \(path)")
            }
            try same(
                entry.updatedAtPath.description, "\(entry.snapshotPath).updatedAt", "updatedAt")
        }
    }

    private static func checkWord(_ word: String, atMost limit: Int, _ marks: String) throws {
        let isRight = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
            default: marks.utf8.contains(byte)
            }
        }
        try hold(isRight && (1...limit).contains(word.utf8.count), "the name \(word)")
    }

    private static func line(_ entry: CatalogueEntry) -> String {
        "\(entry.type) \(entry.topic) \(entry.entity) \(entry.keyPath) \(entry.snapshotPath) "
            + "\(entry.mode) \(entry.rank) \(entry.dataKind) \(entry.historyFields)"
    }
}
