import Testing

@testable import Journal

struct RetentionTests {
    private let retention = Retention(published: 90, now: 1000, keepSeconds: 50)

    private func mayGo(next: UInt64, newest: Int64, pressure: Bool = false) -> Bool {
        retention.mayGo(
            Segment(number: 1, first: 1, used: 0, prepared: 0, newest: newest), next: next,
            underPressure: pressure)
    }

    @Test func `published and old enough it may go`() {
        #expect(mayGo(next: 91, newest: 950))
        #expect(!mayGo(next: 91, newest: 951))
        #expect(!mayGo(next: 92, newest: 0))
    }

    @Test func `pressure shortens the time, and nothing else`() {
        #expect(mayGo(next: 91, newest: 1000, pressure: true))
        #expect(!mayGo(next: 92, newest: 0, pressure: true))
    }
}
