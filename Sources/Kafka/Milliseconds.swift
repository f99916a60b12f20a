extension Duration {
    /// The duration as librdkafka takes it: whole milliseconds, rounded up, 0 to a day.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let day: Int64 = 86_400
        guard seconds < day else { return Int32(day * 1000) }
        let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(max(0, seconds * 1000 + part))
    }
}
