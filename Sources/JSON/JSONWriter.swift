/// Writes JSON text: the one place where strings are escaped and commas set.
///
///     var writer = JSONWriter()
///     writer.object { object in
///         object.field("status", "accepted")
///         object.array("positions") { $0.value(7) }
///     }
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    private var needsComma = false

    /// Makes a writer that has written nothing.
    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// What was written so far, as a string.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes an object, whose fields `body` writes.
    package mutating func object<E: Error>(
        _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        try nest("{", "}", body)
    }

    /// Writes an array, whose elements `body` writes.
    package mutating func array<E: Error>(
        _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        try nest("[", "]", body)
    }

    /// Writes a field whose value is an object.
    package mutating func object<E: Error>(
        _ name: String, _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        key(name)
        try object(body)
    }

    /// Writes a field whose value is an array.
    package mutating func array<E: Error>(
        _ name: String, _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        key(name)
        try array(body)
    }

    /// Writes a field's name; one value must follow.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        byte(":")
        needsComma = false
    }

    /// Writes a string.
    package mutating func value(_ text: String) {
        separate()
        quote(text)
    }

    /// Writes an integer.
    package mutating func value(_ number: some BinaryInteger) {
        raw(String(number))
    }

    /// Writes a number, or null where JSON has no such number (infinite, not a number).
    package mutating func value(_ number: Double) {
        raw(number.isFinite ? number.description : "null")
    }

    /// Writes true or false.
    package mutating func value(_ flag: Bool) {
        raw(flag ? "true" : "false")
    }

    /// Writes null.
    package mutating func null() {
        raw("null")
    }

    /// Writes text that is a JSON value already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    /// Writes bytes that are a JSON value already.
    package mutating func raw(_ json: Span<UInt8>) {
        separate()
        bytes.append(copying: json)
    }

    /// Writes a line feed between two documents of one output.
    package mutating func newline() {
        byte("\n")
        needsComma = false
    }

    /// Gives what was written and starts afresh, with the memory kept.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    private mutating func nest<E: Error>(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar,
        _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        separate()
        byte(open)
        needsComma = false
        try body(&self)
        byte(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { byte(",") }
        needsComma = true
    }

    private mutating func byte(_ scalar: Unicode.Scalar) {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    }

    private mutating func quote(_ text: String) {
        byte("\"")
        let units = text.utf8.span
        var start = 0
        // Most text needs no escape, and is copied whole.
        for index in units.indices where Self.isEscaped(units[index]) {
            bytes.append(copying: units.extracting(start..<index))
            escape(units[index])
            start = index + 1
        }
        bytes.append(copying: units.extracting(start..<units.count))
        byte("\"")
    }

    private static func isEscaped(_ unit: UInt8) -> Bool {
        unit < 0x20 || unit == UInt8(ascii: "\"") || unit == UInt8(ascii: "\\")
    }

    private mutating func escape(_ unit: UInt8) {
        switch unit {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), unit]
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes += [digits[Int(unit >> 4)], digits[Int(unit & 15)]]
        default: bytes.append(unit)
        }
    }
}

extension JSONWriter {
    /// Writes a field whose value is a string, or null.
    package mutating func field(_ name: String, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    /// Writes a field whose value is an integer.
    package mutating func field(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    /// Writes a field whose value is a number.
    package mutating func field(_ name: String, _ number: Double) {
        key(name)
        value(number)
    }

    /// Writes a field whose value is true or false.
    package mutating func field(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }
}
