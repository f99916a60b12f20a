import Testing

@testable import App

struct TextTableTests {
    @Test func `columns are as wide as they must be, and numbers stand to the right`() {
        var table = TextTable("TOPIC", "LAG", "WHY")
        table.add("order", "7", "-")
        table.add("license.created", "1200", "late")
        #expect(
            table.text(Paint(isOn: false)) == """
                TOPIC             LAG  WHY
                order               7  -
                license.created  1200  late

                """)
    }
}
