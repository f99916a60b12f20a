import Testing

@testable import App

struct DevStoryTests {
    private let record = DevStage.Record(topic: "t", partition: 1, offset: 2)
    private var applied: DevStage {
        .applied(record: record, entity: "order", id: "o", outcome: "applied", fields: [])
    }
    private var published: DevStage { .published(number: 7, record: record) }

    @Test func `what is applied gets the number of its webhook`() {
        var story = DevStory()
        #expect(story.tell(published) == [.init(number: 7, stage: published)])
        #expect(story.tell(applied) == [.init(number: 7, stage: applied)])
    }

    @Test func `what is applied before its delivery is known is told after it`() {
        var story = DevStory()
        #expect(story.tell(applied).isEmpty)
        #expect(
            story.tell(published) == [
                .init(number: 7, stage: published), .init(number: 7, stage: applied),
            ])
    }

    @Test func `what is remembered is bounded`() {
        var story = DevStory()
        for offset in 0..<Int64(3 * DevStory.memory) {
            let record = DevStage.Record(topic: "t", partition: 0, offset: offset)
            let early = DevStage.dead(record: record, reason: "x")
            let lines = story.tell(early)
            #expect(lines.isEmpty == (offset < DevStory.memory))
        }
    }
}
