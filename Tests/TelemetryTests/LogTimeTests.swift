import Testing

@testable import Telemetry

struct LogTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.007Z"), (951_782_400, "2000-02-29T00:00:00.007Z"),
        (1_709_251_199, "2024-02-29T23:59:59.007Z"), (1_767_225_599, "2025-12-31T23:59:59.007Z"),
        (4_107_542_400, "2100-03-01T00:00:00.007Z"),
    ])
    func `a moment is written in UTC`(seconds: Int64, text: String) {
        #expect(LogTime(seconds: seconds, milliseconds: 7).full == text)
    }
}
