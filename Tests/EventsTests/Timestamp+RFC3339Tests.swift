import Events
import Testing

@Suite struct TimestampRFC3339Tests {
    /// The examples of RFC 3339, section 5.8, as instants of UTC.
    @Test(arguments: [
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z", 482_196_050),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z", 851_042_397),
        ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z", 662_688_000),
        ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z", 662_688_000),
        ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.87Z", -1_041_337_173),
    ])
    func `the examples of the RFC are read`(_ text: String, _ utc: String, _ seconds: Int64) throws
    {
        let instant = try #require(Timestamp(rfc3339: text))
        #expect(instant.seconds == seconds)
        #expect(instant.rfc3339 == utc)
    }

    @Test func `every offset names the same instant`() throws {
        let instant = Timestamp(seconds: 1_700_000_000, nanoseconds: 123)
        for minutes in -1439...1439 {
            let local = instant.adding(seconds: Int64(minutes) * 60).rfc3339.dropLast()
            let size = abs(minutes)
            let offset =
                (minutes < 0 ? "-" : "+") + pad(size / 60) + ":" + pad(size % 60)
            #expect(Timestamp(rfc3339: local + offset) == instant)
            if minutes == 0 { #expect(Timestamp(rfc3339: local + "-00:00") == instant) }
        }
    }

    @Test func `any number of fraction digits is read, nine are kept`() {
        let digits = "1234567891234567"
        var kept: [Int32] = []
        for count in 1...digits.count {
            let text = "2026-01-01T00:00:00.\(digits.prefix(count))Z"
            kept.append(Timestamp(rfc3339: text)?.nanoseconds ?? -1)
        }
        #expect(kept.prefix(3) == [100_000_000, 120_000_000, 123_000_000])
        #expect(kept.dropFirst(8).allSatisfy { $0 == 123_456_789 })
        let long = "2026-01-01T00:00:00." + String(repeating: "9", count: 5000) + "Z"
        #expect(Timestamp(rfc3339: long)?.nanoseconds == 999_999_999)
    }

    @Test func `fractions are written without needless zeros`() {
        let expected: [(Int32, String)] = [
            (0, ""), (1, ".000000001"), (500_000_000, ".5"), (120_000, ".00012"),
        ]
        for (nanoseconds, fraction) in expected {
            let text = Timestamp(seconds: 0, nanoseconds: nanoseconds).rfc3339
            #expect(text == "1970-01-01T00:00:00\(fraction)Z")
        }
    }

    @Test func `small letters are read`() {
        #expect(Timestamp(rfc3339: "2026-01-01t00:00:00z") == Timestamp(seconds: 1_767_225_600))
    }

    @Test func `a leap second is the second after, where one can be`() {
        for text in ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30"] {
            #expect(Timestamp(rfc3339: text)?.rfc3339 == "2017-01-01T00:00:00Z")
        }
        #expect(
            Timestamp(rfc3339: "2016-12-31T23:59:60.75Z")?.rfc3339 == "2017-01-01T00:00:00.75Z")
        for text in ["2016-12-31T22:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z"] {
            #expect(Timestamp(rfc3339: text) == nil)
        }
    }

    @Test(arguments: [
        "", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
        "2026-01-01T00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+00:60", "2026-01-01T00:00:00+0000", "2026-01-01T00:00:00+00",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "12026-01-01T00:00:00Z", "-026-01-01T00:00:00Z", "2026-1-01T00:00:00Z",
        "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ",
        "2026-01-01T00:00:00\u{2212}01:00", "2026-01-01T00:00:00 Z", "２026-01-01T00:00:00Z",
    ])
    func `what is no date-time is refused`(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `every prefix of a date-time but the whole is refused`() {
        let text = "2026-01-01T00:00:00.123+01:00"
        for length in 0..<text.count {
            #expect(Timestamp(rfc3339: String(text.prefix(length))) == nil)
        }
    }

    @Test func `the ends of the years are read, and written so that they are read again`() throws {
        for text in [
            "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59-23:59", "2000-02-29T12:00:00Z",
        ] {
            let instant = try #require(Timestamp(rfc3339: text))
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
        }
        #expect(Timestamp(rfc3339: "0000-01-01T00:00:00Z")?.rfc3339 == "0000-01-01T00:00:00Z")
    }

    private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
