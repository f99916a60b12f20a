import Telemetry
import Testing

struct LogValueTests {
    @Test func `an error and a duration are values`() {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }
        #expect(LogValue(Broken()) == .string("it broke"))
        #expect(LogValue(.milliseconds(1500)) == .number(1.5))
    }

    @Test func `whole numbers of any width are kept`() {
        #expect(LogValue(UInt8(7)) == .integer(7))
        #expect(LogValue(UInt64.max) == .unsigned(.max))
    }
}
