import Testing

@testable import App
@testable import Publisher

struct TopicsCommandsTests {
    @Test func `each topic has a line, and each difference one below`() {
        let text = TopicsCommands.text(
            [
                TopicReport(name: "a", outcome: .created, differences: []),
                TopicReport(name: "long", outcome: .missing, differences: []),
                TopicReport(name: "b", outcome: .present, differences: []),
                TopicReport(
                    name: "c", outcome: .present,
                    differences: [
                        TopicDifference(
                            setting: "cleanup.policy", wanted: "delete", found: "compact",
                            danger: "compaction destroys merged state")
                    ]),
            ], Paint(isOn: false))
        #expect(
            text == """
                a     created
                long  missing
                b     as it should be
                c     differs, dangerously
                  cleanup.policy is compact, wanted delete: compaction destroys merged state

                """)
    }
}
