/// Reads the grammar of RFC 3339, section 5.6.
struct DateTimeReader {
    /// How many bytes were read.
    private(set) var index = 0

    /// Reads date-time, or answers nil.
    mutating func dateTime(_ text: Span<UInt8>) -> Timestamp? {
        guard let date = date(text), take("T", "t", text) else { return nil }
        guard let time = time(text), let offset = offset(text) else { return nil }
        let second = date.daysSince1970 * 86_400 + time.second - offset
        // Leap seconds are put in at the end of a day of UTC: a 60 anywhere else is a mistake.
        if time.isLeap, second.flooredDivision(by: 86_400).remainder != 0 { return nil }
        return Timestamp(seconds: second, nanoseconds: time.nanoseconds)
    }

    /// Reads full-date as its beginning in UTC, or answers nil.
    mutating func day(_ text: Span<UInt8>) -> Timestamp? {
        date(text).map { Timestamp(seconds: $0.daysSince1970 * 86_400) }
    }

    private mutating func date(_ text: Span<UInt8>) -> CalendarDate? {
        guard let year = number(4, text), take("-", "-", text),
            let month = number(2, text), (1...12).contains(month), take("-", "-", text),
            let day = number(2, text)
        else { return nil }
        let date = CalendarDate(year: year, month: month, day: day)
        return (1...date.daysInMonth).contains(day) ? date : nil
    }

    private mutating func time(
        _ text: Span<UInt8>
    ) -> (second: Int64, nanoseconds: Int32, isLeap: Bool)? {
        guard let hour = number(2, text), hour <= 23, take(":", ":", text),
            let minute = number(2, text), minute <= 59, take(":", ":", text),
            let second = number(2, text), second <= 60,
            let nanoseconds = fraction(text)
        else { return nil }
        return (hour * 3600 + minute * 60 + second, nanoseconds, second == 60)
    }

    private mutating func fraction(_ text: Span<UInt8>) -> Int32? {
        guard take(".", ".", text) else { return 0 }
        var nanoseconds: Int32 = 0
        var scale: Int32 = 100_000_000
        let start = index
        while let digit = digit(text) {
            nanoseconds += Int32(digit) * scale
            scale /= 10
        }
        return index > start ? nanoseconds : nil
    }

    private mutating func offset(_ text: Span<UInt8>) -> Int64? {
        if take("Z", "z", text) { return 0 }
        let sign: Int64
        if take("+", "+", text) {
            sign = 1
        } else if take("-", "-", text) {
            sign = -1
        } else {
            return nil
        }
        guard let hour = number(2, text), hour <= 23, take(":", ":", text),
            let minute = number(2, text), minute <= 59
        else { return nil }
        return sign * (hour * 3600 + minute * 60)
    }

    private mutating func number(_ width: Int, _ text: Span<UInt8>) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit(text) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit(_ text: Span<UInt8>) -> Int64? {
        guard index < text.count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9")
        else { return nil }
        defer { index += 1 }
        return Int64(text[index] - UInt8(ascii: "0"))
    }

    private mutating func take(
        _ first: Unicode.Scalar, _ second: Unicode.Scalar, _ text: Span<UInt8>
    ) -> Bool {
        guard index < text.count else { return false }
        guard text[index] == UInt8(ascii: first) || text[index] == UInt8(ascii: second)
        else { return false }
        index += 1
        return true
    }
}
