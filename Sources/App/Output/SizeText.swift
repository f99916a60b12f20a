/// Sizes as people read them.
enum SizeText {
    private static let units = ["KiB", "MiB", "GiB", "TiB"]

    /// Bytes in the largest unit of which there is one, to a tenth.
    static func of(_ bytes: Int) -> String {
        guard bytes >= 1024 else { return "\(bytes) B" }
        var tenths = bytes * 10 / 1024
        var unit = 0
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
