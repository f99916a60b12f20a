internal import CRdkafka

/// A record that was read, valid only inside the closure that gets it: nothing of it is copied.
@safe package struct KafkaRecord: ~Copyable {
    private let message: UnsafePointer<rd_kafka_message_t>
    /// The topic it was read from.
    package let topic: String

    init(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        unsafe self.message = message
        self.topic = topic
    }

    /// The number of its partition.
    package var partition: Int32 { unsafe message.pointee.partition }

    /// Its offset; the next one to read is at least one more.
    package var offset: Int64 { unsafe message.pointee.offset }

    /// Milliseconds since 1970, by the record's own timestamp; nil where it has none.
    package var timestamp: Int64? {
        let time = unsafe rd_kafka_message_timestamp(message, nil)
        return time < 0 ? nil : time
    }

    /// Length of the value in bytes; 0 for a tombstone too.
    package var valueCount: Int { unsafe message.pointee.len }

    /// Whether the record has no value, which is not the same as an empty one.
    package var isTombstone: Bool { unsafe message.pointee.payload == nil }

    /// A copy of the key, nil where there is none.
    package var key: [UInt8]? {
        unsafe Self.bytes(message.pointee.key, message.pointee.key_len)
    }

    /// A copy of the value, nil for a tombstone.
    package var value: [UInt8]? {
        unsafe Self.bytes(message.pointee.payload, message.pointee.len)
    }

    /// Gives the key's bytes to the closure; nil, and no call, where there is no key.
    package func withKey<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R? {
        try unsafe Self.withSpan(message.pointee.key, message.pointee.key_len, body)
    }

    /// Gives the value's bytes to the closure; nil, and no call, for a tombstone.
    package func withValue<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R? {
        try unsafe Self.withSpan(message.pointee.payload, message.pointee.len, body)
    }

    /// Gives the bytes of key and value to the closure, nil for what is not there.
    package func withContent<R, E: Error>(
        _ body: (_ key: Span<UInt8>?, _ value: Span<UInt8>?) throws(E) -> R
    ) throws(E) -> R {
        let key = unsafe UnsafeRawBufferPointer(
            start: message.pointee.key, count: message.pointee.key_len)
        let value = unsafe UnsafeRawBufferPointer(
            start: message.pointee.payload, count: message.pointee.len)
        return try body(
            unsafe message.pointee.key == nil ? nil : Span(_unsafeBytes: key),
            unsafe message.pointee.payload == nil ? nil : Span(_unsafeBytes: value))
    }

    /// The last header of this name; nil where there is none or it has no value.
    package func header(_ name: String) -> [UInt8]? {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let headers = unsafe headers
        else { return nil }
        var value: UnsafeRawPointer?
        var count = 0
        let code = unsafe rd_kafka_header_get_last(headers, name, &value, &count)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let value = unsafe value else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: count))
    }

    /// All headers in their order; repeated names stay.
    package var headers: [(name: String, value: [UInt8]?)] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let list = unsafe list
        else { return [] }
        var found: [(name: String, value: [UInt8]?)] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while unsafe rd_kafka_header_get_all(list, found.count, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            let bytes = unsafe value.map { start in
                unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
            }
            unsafe found.append((string(name) ?? "", bytes))
        }
        return found
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        unsafe start.map { unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    private static func withSpan<R, E: Error>(
        _ start: UnsafeMutableRawPointer?, _ count: Int, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R? {
        guard let start = unsafe start else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return try unsafe body(Span(_unsafeBytes: bytes))
    }
}
