import Events
import Testing

@Suite struct QuarantineReasonTests {
    @Test func `codes are those on disk`() {
        let expected: [QuarantineReason] = [
            .envelope, .type, .key, .ambiguous, .future, .number, .depth, .conflict, .refused,
        ]
        for (index, reason) in expected.enumerated() {
            #expect(reason.code == UInt8(index + 1))
            #expect(QuarantineReason(code: reason.code) == reason)
        }
        #expect(QuarantineReason.allCases.count == expected.count)
        #expect(QuarantineReason(code: 0) == nil)
        #expect(QuarantineReason(code: 10) == nil)
    }
}
