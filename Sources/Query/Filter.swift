internal import JSON
internal import Projection

/// A condition on a field of the state.
struct Filter: Equatable, Sendable {
    /// Where the field stands in the state: names joined by dots.
    let path: JSONPath
    /// What it must be: a string's text, or a number, true, false or null as it is written.
    let text: String
}

/// Holds states against filters; one a thread.
final class FilterCheck {
    private let fields = JSONFieldReader()

    /// Whether the state meets all of them.
    func meets(_ filters: [Filter], _ state: borrowing EntityState) -> Bool {
        for filter in filters where !meets(filter, state) { return false }
        return true
    }

    private func meets(_ filter: Filter, _ state: borrowing EntityState) -> Bool {
        let names = filter.path.names
        guard let top = names.first else { return false }
        let rest = names.dropFirst()
        let found = state.withValue(of: String(top)) { value in
            guard let last = rest.last else { return isSame(value, filter.text) }
            let way = JSONPath(rest.dropLast().joined(separator: "."))
            var isMet = false
            let name = Array(last.utf8)
            fields.forEachField(of: PaddedBytes(copying: value), at: way) { field, value in
                // The reader must not be used inside: the value is looked at as bytes first.
                if field.elementsEqual(name) { isMet = isSame(value, filter.text) }
            }
            return isMet
        }
        return found ?? false
    }

    private func isSame(_ value: Span<UInt8>, _ text: String) -> Bool {
        switch value.isEmpty ? 0 : value[0] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): false
        case UInt8(ascii: "\""): strings.string(value) == text
        default: value.elementsEqual(Array(text.utf8))
        }
    }

    /// Beside the reader that walks.
    private let strings = JSONFieldReader()
}
