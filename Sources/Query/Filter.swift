internal import JSON
internal import Projection

/// A condition on a field of the state.
struct Filter: Equatable, Sendable {
    /// Where the field stands in the state: names joined by dots.
    let path: JSONPath
    /// What it must be: a string's text, or a number, true, false or null as it is written.
    let text: String
    /// The path for the reader of states.
    fileprivate let field: FieldPath

    init(path: JSONPath, text: String) {
        self.path = path
        self.text = text
        field = FieldPath(path)
    }
}

/// Holds states against filters; one a thread.
final class FilterCheck {
    private let texts = FieldText()

    /// Whether the state meets all of them.
    func meets(_ filters: [Filter], _ state: borrowing EntityState) -> Bool {
        for filter in filters {
            guard let text = texts.text(at: filter.field, in: state),
                text.elementsEqual(filter.text.utf8)
            else { return false }
        }
        return true
    }
}
