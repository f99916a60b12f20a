extension Timestamp {
    /// Reads an RFC 3339 date-time with an offset, or answers nil.
    ///
    /// Fraction digits beyond the ninth are dropped; a leap second is the second after it.
    package init?(rfc3339 text: Span<UInt8>) {
        var reader = DateTimeReader()
        guard let timestamp = reader.dateTime(text), reader.index == text.count else { return nil }
        self = timestamp
    }

    /// Reads an RFC 3339 date-time with an offset, or answers nil.
    package init?(rfc3339 text: String) {
        self.init(rfc3339: Array(text.utf8).span)
    }

    /// RFC 3339 in UTC, with as many fraction digits as are needed.
    ///
    /// An instant outside the years 0000 to 9999 of UTC is written with an offset that brings it
    /// inside, so that reading it again gives the same instant.
    package var rfc3339: String {
        if seconds < Self.firstSecond { return text(offset: 86_340, suffix: "+23:59") }
        if seconds > Self.lastSecond { return text(offset: -86_340, suffix: "-23:59") }
        return text(offset: 0, suffix: "Z")
    }

    private static let firstSecond: Int64 = -62_167_219_200
    private static let lastSecond: Int64 = 253_402_300_799

    private func text(offset: Int64, suffix: String) -> String {
        let (days, second) = (seconds + offset).flooredDivision(by: 86_400)
        let date = CalendarDate(daysSince1970: days)
        var text = "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T"
        text += "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
        if nanoseconds != 0 {
            var fraction = pad(Int64(nanoseconds), 9)
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return text + suffix
    }

    private func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC.
    package var description: String { rfc3339 }
}
