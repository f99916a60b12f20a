/// A time that somebody asks about: an RFC 3339 date-time with an offset, or a date alone, which
/// means its beginning in UTC.
package struct PointInTime: Hashable, Sendable {
    /// The instant that is meant.
    package let instant: Timestamp
    /// Whether only a date was given.
    package let isDate: Bool

    /// What a time may look like, for messages and help.
    package static let allowed =
        "a time such as 2026-03-01T10:00:00Z, or a date such as 2026-03-01"

    /// Reads one of the two forms, or answers nil.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        if let instant = Timestamp(rfc3339: bytes.span) {
            self.init(instant: instant, isDate: false)
            return
        }
        var reader = DateTimeReader()
        guard let instant = reader.day(bytes.span), reader.index == bytes.count else { return nil }
        self.init(instant: instant, isDate: true)
    }

    private init(instant: Timestamp, isDate: Bool) {
        self.instant = instant
        self.isDate = isDate
    }
}

extension PointInTime: CustomStringConvertible {
    /// The instant in UTC; of a date it says what was made of it.
    package var description: String {
        isDate ? "\(instant.rfc3339), the beginning of that day in UTC" : instant.rfc3339
    }
}
