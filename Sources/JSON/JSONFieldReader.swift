internal import CSimdjson

/// Gives the fields of an object as they stand in a document that was checked before; one a
/// thread.
///
/// It reads no more than it must and checks next to nothing: of a document that `JSONScanner` did
/// not take the answers mean nothing (they are memory safe all the same).
@safe package final class JSONFieldReader {
    private let scanner: OpaquePointer

    /// Makes a reader; it grows with the documents.
    package init() {
        guard let scanner = unsafe csimdjson_create() else {
            preconditionFailure("no memory for a JSON reader")
        }
        unsafe self.scanner = scanner
    }

    deinit {
        unsafe csimdjson_destroy(scanner)
    }

    /// Lends the fields of the object at `path` (nil: the document itself); none if there is no
    /// object.
    ///
    /// `body` must not use this reader.
    ///
    /// - Throws: `memory` if they cannot be read: of a document that was checked there is no other
    ///   reason.
    package func withFields<R>(
        of document: borrowing PaddedBytes, at path: JSONPath?,
        _ body: (borrowing JSONFields) -> R
    ) throws(JSONError) -> R {
        try unsafe document.withPointer { start throws(JSONError) in
            let path = path?.bytes ?? []
            var fields: UnsafePointer<csimdjson_field>?
            var count = 0
            let found = unsafe path.withUnsafeBufferPointer {
                unsafe csimdjson_fields(
                    scanner, start, document.count, $0.baseAddress, $0.count, &fields, &count)
            }
            guard found != CSIMDJSON_UNREADABLE else { throw .memory }
            return body(
                unsafe JSONFields(
                    UnsafeBufferPointer(start: fields, count: count),
                    isObject: found == CSIMDJSON_ONCE))
        }
    }

    /// Lends each field of the object at `path` (nil: the document itself), and says whether there
    /// is one that can be read.
    ///
    /// `visit` must not use this reader.
    @discardableResult
    package func forEachField(
        of document: borrowing PaddedBytes, at path: JSONPath?,
        _ visit: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void
    ) -> Bool {
        let isObject = try? withFields(of: document, at: path) { fields in
            fields.forEach(visit)
            return fields.isObject
        }
        return isObject ?? false
    }

    /// The text, unescaped, of a string as `forEachField` gives values; nil for anything else.
    package func string(_ value: Span<UInt8>) -> String? {
        guard value.count >= 2, value[0] == UInt8(ascii: "\"") else { return nil }
        // A copy, for the padding: what stands behind the value in its document may be anything.
        let copy = PaddedBytes(copying: value)
        return unsafe copy.withPointer {
            let found = unsafe csimdjson_string(scanner, $0, copy.count)
            guard unsafe found.presence == CSIMDJSON_ONCE else { return nil }
            let text = unsafe UnsafeBufferPointer(start: found.text, count: found.length)
            return unsafe String(decoding: text, as: UTF8.self)
        }
    }
}

/// The fields of an object, in the order of their names' bytes; of a repeated one only the last.
///
/// Lent by a `JSONFieldReader`.
@safe package struct JSONFields: ~Copyable {
    private let fields: UnsafeBufferPointer<csimdjson_field>
    /// Whether there is an object; where there is none, there are no fields either.
    package let isObject: Bool

    fileprivate init(_ fields: UnsafeBufferPointer<csimdjson_field>, isObject: Bool) {
        unsafe self.fields = fields
        self.isObject = isObject
    }

    /// How many there are.
    package var count: Int { unsafe fields.count }

    /// Whether there are none.
    package var isEmpty: Bool { count == 0 }

    /// Lends each field: its name, unescaped, and its value as it stands there, without space
    /// around it.
    package func forEach<E: Error>(
        _ visit: (_ name: Span<UInt8>, _ value: Span<UInt8>) throws(E) -> Void
    ) throws(E) {
        for index in 0..<count {
            let field = unsafe fields[index]
            let name = unsafe UnsafeBufferPointer(start: field.name, count: field.name_length)
            let value = unsafe UnsafeBufferPointer(start: field.value, count: field.value_length)
            try unsafe visit(Span(_unsafeElements: name), Span(_unsafeElements: value))
        }
    }
}
