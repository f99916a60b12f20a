/// Where Kafka's Java clients put a key: murmur2 of its bytes, without the sign, over the partitions.
///
/// After `org.apache.kafka.common.utils.Utils.murmur2` and `BuiltInPartitioner`.
enum JavaPartitioner {
    static func partition(of key: String, among partitions: Int32) -> Int32 {
        (murmur2(Array(key.utf8)) & 0x7fff_ffff) % partitions
    }

    static func murmur2(_ bytes: [UInt8]) -> Int32 {
        let factor: UInt32 = 0x5bd1_e995
        var hash: UInt32 = 0x9747_b28c ^ UInt32(bytes.count)
        let whole = bytes.count / 4 * 4
        for start in stride(from: 0, to: whole, by: 4) {
            var word = bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            word = word &* factor
            word ^= word >> 24
            hash = hash &* factor ^ (word &* factor)
        }
        if whole < bytes.count {
            hash ^= bytes[whole...].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return Int32(bitPattern: hash ^ hash >> 15)
    }
}
