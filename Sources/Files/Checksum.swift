internal import CChecksum

extension Span<UInt8> {
    /// CRC32C (Castagnoli) of the bytes, going on from the checksum of those before them.
    package func crc32c(after before: UInt32 = 0) -> UInt32 {
        unsafe withUnsafeBytes { unsafe hookline_crc32c(before, $0.baseAddress, $0.count) }
    }

    /// The same by table only, as machines without the instruction compute it.
    func crc32cByTable() -> UInt32 {
        unsafe withUnsafeBytes { unsafe hookline_crc32c_table(0, $0.baseAddress, $0.count) }
    }
}
