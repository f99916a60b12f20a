internal import Events
package import JSON

/// A path into a state, taken apart once.
package struct FieldPath: Hashable, Sendable {
    /// The field of the state's top.
    fileprivate let top: String
    /// From there to the object that has the field; nil for the top field itself.
    fileprivate let way: JSONPath?
    /// The field's own name; nil if it is the top one.
    fileprivate let name: [UInt8]?

    /// Takes a path apart.
    package init(_ path: JSONPath) {
        let names = path.names
        top = names.first.map(String.init) ?? ""
        way = JSONPath(names.dropFirst().dropLast().joined(separator: "."))
        name = names.count > 1 ? names.last.map { Array($0.utf8) } : nil
    }
}

/// Reads fields of a state as the text that a filter compares: a string's text without escapes, or
/// a number, true, false or null as it is written; one a thread.
package final class FieldText {
    private let fields = JSONFieldReader()
    /// Beside the reader that walks.
    private let strings = JSONFieldReader()

    /// Makes a reader.
    package init() {}

    /// The text of the field at a path; nil if there is no such field, or an object or array.
    package func text(at path: FieldPath, in state: borrowing EntityState) -> [UInt8]? {
        let found = state.withValue(of: path.top) { value -> [UInt8]? in
            guard let name = path.name else { return text(value) }
            var found: [UInt8]?
            fields.forEachField(of: PaddedBytes(copying: value), at: path.way) { field, value in
                if field.elementsEqual(name) { found = text(value) }
            }
            return found
        }
        return found ?? nil
    }

    private func text(_ value: Span<UInt8>) -> [UInt8]? {
        switch value.isEmpty ? 0 : value[0] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): nil
        case UInt8(ascii: "\""): strings.string(value).map { Array($0.utf8) }
        default: [UInt8](copying: value)
        }
    }
}
