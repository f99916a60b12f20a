/// Integers as bytes in an order in which comparing the bytes compares the numbers.
enum BigEndian {
    /// Adds `number` to `bytes`.
    static func append<Number: FixedWidthInteger & UnsignedInteger>(
        _ number: Number, to bytes: inout [UInt8]
    ) {
        var shift = Number.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Reads a number that starts at `offset`.
    static func read<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type, _ bytes: Span<UInt8>, at offset: Int
    ) -> Number {
        var number: Number = 0
        for index in offset..<offset + Number.bitWidth / 8 {
            number = number << 8 | Number(bytes[index])
        }
        return number
    }
}
