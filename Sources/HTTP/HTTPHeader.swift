/// A request header that somebody here asks for; all others are checked and passed over.
package enum HTTPHeader: Int, CaseIterable, Sendable {
    case host, expect, apiKey, traceparent, contentType, authorization, ifNoneMatch
    case contentLength, contentEncoding, transferEncoding

    /// The name in lower case.
    package var name: StaticString {
        switch self {
        case .host: "host"
        case .expect: "expect"
        case .apiKey: "x-api-key"
        case .traceparent: "traceparent"
        case .contentType: "content-type"
        case .authorization: "authorization"
        case .ifNoneMatch: "if-none-match"
        case .contentLength: "content-length"
        case .contentEncoding: "content-encoding"
        case .transferEncoding: "transfer-encoding"
        }
    }

    /// The header of this name, in any case.
    init?(name: UnsafeBufferPointer<UInt8>) {
        // The length tells nearly all of them apart.
        let candidate: HTTPHeader? =
            switch name.count {
            case 4: .host
            case 6: .expect
            case 9: .apiKey
            case 11: .traceparent
            case 12: .contentType
            case 13: unsafe name[0] | 0x20 == UInt8(ascii: "i") ? .ifNoneMatch : .authorization
            case 14: .contentLength
            case 16: .contentEncoding
            case 17: .transferEncoding
            default: nil
            }
        guard let candidate, unsafe candidate.matches(name) else { return nil }
        self = candidate
    }

    private func matches(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        name.withUTF8Buffer { own in
            for index in own.indices {
                // A set bit 5 is lower case; "-" has it set already.
                guard unsafe other[index] | 0x20 == own[index] else { return false }
            }
            return true
        }
    }
}
