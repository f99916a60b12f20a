/// A file of the repository, read as text.
package struct SourceFile: Sendable {
    /// Relative to the top of the repository.
    package let path: String
    /// All that it holds.
    package let text: String

    /// A file as it would be at the path.
    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}

/// The repository that the tests were built from.
package enum SourceTree {
    /// Its top, absolute.
    package static let top: String = {
        // Tests/Support/SourceTree.swift
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
    }()

    /// Every file under a folder whose name ends so, in the order of their paths.
    package static func files(under folder: String, suffix: String = "") throws -> [SourceFile] {
        try paths(under: folder).filter { $0.hasSuffix(suffix) }.map(file)
    }

    /// One file.
    package static func file(_ path: String) throws -> SourceFile {
        SourceFile(path: path, text: try FileSystem.text(of: "\(top)/\(path)"))
    }

    /// The paths of all files under a folder.
    package static func paths(under folder: String) throws -> [String] {
        guard FileSystem.isFolder("\(top)/\(folder)") else { return [] }
        return try FileSystem.names(in: "\(top)/\(folder)").flatMap { name in
            let path = "\(folder)/\(name)"
            return FileSystem.isFolder("\(top)/\(path)") ? try paths(under: path) : [path]
        }
    }
}
