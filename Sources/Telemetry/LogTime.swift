internal import Threads

/// A moment as log lines print it, in UTC with milliseconds.
struct LogTime: Equatable {
    let seconds: Int64
    let milliseconds: Int

    static func now() -> LogTime {
        let now = WallClock.now()
        return LogTime(seconds: now.seconds, milliseconds: Int(now.nanoseconds / 1_000_000))
    }

    /// `2026-01-31T10:20:30.123Z`.
    var full: String {
        let (year, month, day) = date
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock)Z"
    }

    /// `10:20:30.123`.
    var clock: String {
        let second = Int(seconds % 86_400)
        return padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
            + padded(second % 60, 2) + "." + padded(milliseconds, 3)
    }

    /// The civil date, by Howard Hinnant's `civil_from_days`: years that begin in March.
    private var date: (year: Int, month: Int, day: Int) {
        let days = Int(seconds / 86_400) + 719_468
        let era = days / 146_097
        let ofEra = days % 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let isNextYear = month >= 10
        return (
            era * 400 + year + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            ofYear - (153 * month + 2) / 5 + 1
        )
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
