/// What a request asks to be done.
package enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// Any other; methods are told apart by case.
    case other = ""

    /// Whether a request of this method has a body by its nature.
    var bringsBody: Bool {
        self == .post || self == .put || self == .patch
    }

    /// The most frequent one first.
    private static let known: [HTTPMethod] = [.post, .get, .put, .head, .patch, .delete, .options]

    init(_ name: UnsafePointer<CChar>) {
        let bytes = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self)
        for method in Self.known where unsafe method.matches(bytes) {
            self = method
            return
        }
        self = .other
    }

    private func matches(_ bytes: UnsafePointer<UInt8>) -> Bool {
        var index = 0
        for byte in rawValue.utf8 {
            // Stops at the zero that ends the name, since no letter is equal to it.
            guard unsafe bytes[index] == byte else { return false }
            index += 1
        }
        return unsafe bytes[index] == 0
    }
}
