import Testing

@testable import App

struct PaintTests {
    @Test func `colour comes only where it is wanted`() {
        #expect(Paint(isOn: true).red("x") == "\u{1B}[31mx\u{1B}[0m")
        #expect(Paint(isOn: false).red("x") == "x")
    }
}
