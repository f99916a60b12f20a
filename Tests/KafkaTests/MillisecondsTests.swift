import Testing

@testable import Kafka

@Suite struct MillisecondsTests {
    @Test(arguments: [
        (Duration.zero, Int32(0)), (.seconds(-1), 0), (.nanoseconds(1), 1),
        (.milliseconds(250), 250),
        (.microseconds(1_001), 2), (.seconds(86_400), 86_400_000),
        (.seconds(1_000_000), 86_400_000),
    ])
    func `whole milliseconds, rounded up, a day at most`(_ duration: Duration, _ expected: Int32) {
        #expect(duration.milliseconds == expected)
    }
}
