import Events
import Kafka
import Projection
import Store
import Testing

@testable import Query

struct PastEventsTests {
    private func needed(_ events: [HistoryEntry]) -> [Int64] {
        PastEvents(events, catalogue).needed.map(\.number).sorted()
    }

    @Test func `of copies the one that arrived last is read`() {
        let events: [HistoryEntry] = [
            .sample(1), .sample(2), .sample(7, version: 1, outcome: .duplicate), .sample(8),
        ]
        #expect(needed(events) == [2, 7, 8])
    }

    @Test func `what a later event that replaces did away with is not read`() {
        let events: [HistoryEntry] = [
            .sample(1), .sample(3, type: "thing.reset"), .sample(2), .sample(4),
            .sample(9, version: 1, type: "thing.reset"),
        ]
        #expect(needed(events) == [3, 4])
    }

    @Test func `records are read by partition in the order of their offsets`() {
        let events = PastEvents(
            [.sample(5), .sample(2), .sample(3, type: "thing.reset", outcome: .stale)], catalogue)
        #expect(
            events.byPartition.map(\.partition)
                == [TopicPartition("thing.changed", 0), TopicPartition("thing.reset", 0)])
        let unreplaced = PastEvents([.sample(5), .sample(2)], catalogue)
        #expect(unreplaced.byPartition[0].events.map(\.position.offset) == [2, 5])
    }

    @Test func `a time, a limit, and who is not there`() throws {
        let fixture = try QueryFixture()
        try fixture.apply((1...4).map { SampleEvent(second: $0, number: $0) })
        let reader = try StateReader.open(fixture.folder)
        let start = Timestamp(seconds: 1_767_225_600)
        func events(_ second: Int64, _ id: String = "thing-1", limit: Int = 3) throws -> Int {
            try PastEvents(
                of: EntityName("thing", id), by: start.adding(seconds: second), in: reader,
                catalogue, limit: limit
            ).all.count
        }
        #expect(try events(2) == 2)
        #expect(try events(3) == 3)
        #expect(throws: PastFailure.self) { try events(4) }
        #expect(throws: PastFailure.self) { try events(0) }
        #expect(throws: PastFailure.self) { try events(9, "thing-2") }
    }
}
