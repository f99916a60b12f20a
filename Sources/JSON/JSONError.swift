/// Why a document was not taken.
package enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no JSON by RFC 8259, or no UTF-8.
    case malformed(String, offset: Int?)
    /// It is JSON with a number that the parser cannot hold, such as 1e400.
    case number
    /// It is JSON nested deeper than 1,024.
    case depth
    /// There is no memory for the document.
    case memory

    /// What is wrong, and where.
    package var description: String {
        switch self {
        case .malformed(let text, let offset?): "\(text), at byte \(offset)"
        case .malformed(let text, nil): text
        case .number: "a number has too many digits or too large an exponent"
        case .depth: "nested deeper than 1,024"
        case .memory: "no memory for a document of this size"
        }
    }
}
