/// The order of names: that of their UTF-8 bytes.
enum Names {
    /// Negative where `left` comes first, 0 where both are the same.
    static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let common = min(left.count, right.count)
        var index = 0
        while index < common {
            let difference = Int(left[index]) - Int(right[index])
            if difference != 0 { return difference }
            index += 1
        }
        return left.count - right.count
    }
}
