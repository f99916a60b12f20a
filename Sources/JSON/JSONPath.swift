/// Where in a document a value stands: the names of members from the top, joined by dots.
///
/// A name of digits steps into an array where there is one. Names that hold a dot, or that are
/// empty, cannot be reached.
package struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    /// The names joined by dots.
    package let description: String

    /// The same as UTF-8, as the scanner takes it.
    let bytes: [UInt8]

    /// Reads a path; nil where a name is empty.
    package init?(_ text: String) {
        let names = text.split(separator: ".", omittingEmptySubsequences: false)
        guard !names.contains(where: \.isEmpty) else { return nil }
        description = text
        bytes = Array(text.utf8)
    }

    /// The path of a member of the document's top.
    package init(member name: StaticString) {
        self.init(joined: name.description)
    }

    private init(joined text: String) {
        description = text
        bytes = Array(text.utf8)
    }

    /// The names from the top.
    package var names: [Substring] { description.split(separator: ".") }

    /// The path without its last name; nil for a member of the document's top.
    package var parent: JSONPath? {
        description.lastIndex(of: ".").map { JSONPath(joined: String(description[..<$0])) }
    }

    /// The path of the member `name` of the object at this path.
    package func appending(_ name: StaticString) -> JSONPath {
        JSONPath(joined: "\(description).\(name)")
    }
}
