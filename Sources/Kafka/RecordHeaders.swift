internal import CRdkafka

/// The headers of a record to send, as flat bytes: made once, filled again for each record.
package struct RecordHeaders: Sendable {
    /// The most headers that a record may have here.
    package static let limit = 24

    struct Header: Sendable {
        var name: StaticString
        var value: Range<Int>
    }

    private(set) var headers: [Header] = []
    private(set) var bytes: [UInt8] = []

    /// No headers yet.
    package init() {
        headers.reserveCapacity(Self.limit)
    }

    /// Forgets all headers and keeps the memory.
    package mutating func removeAll() {
        headers.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a header with the text's UTF-8 as its value.
    package mutating func add(_ name: StaticString, _ value: String) {
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        close(name, from: start)
    }

    /// Adds a header with both texts' UTF-8, a slash between, without a string on the way.
    package mutating func add(_ name: StaticString, _ first: String, slash second: String) {
        let start = bytes.count
        bytes.append(contentsOf: first.utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: second.utf8)
        close(name, from: start)
    }

    /// Adds a header with these bytes as its value.
    package mutating func add(_ name: StaticString, _ value: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        close(name, from: start)
    }

    /// Adds a header with the number in decimal digits, without a string on the way.
    package mutating func add(_ name: StaticString, decimal value: UInt64) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
        close(name, from: start)
    }

    private mutating func close(_ name: StaticString, from start: Int) {
        precondition(headers.count < Self.limit, "more headers than a record may have here")
        headers.append(Header(name: name, value: start..<bytes.count))
    }
}
