import Journal
import Kafka
import Testing

@testable import Publisher

@Suite struct PublishResumptionTests {
    private let own = RecordFingerprint(text: "aa")

    private func committed(_ position: PublishPosition, _ text: String = "aa") -> GroupOffset {
        GroupOffset(
            nextOffset: Int64(position.through) + 1,
            metadata: PositionText(position, RecordFingerprint(text: text), writer: 1).text)
    }

    private func resumption(
        local: PublishPosition, _ committed: GroupOffset?, durable: UInt64 = 100
    ) -> PublishResumption {
        PublishResumption(local: local, durable: durable, committed: committed)
    }

    @Test func `without a position in Kafka the checkpoint counts`() throws {
        let local = PublishPosition(through: 7)
        #expect(try resumption(local: local, nil).position { _ in own } == local)
    }

    @Test func `of two the further one counts, and Kafka's of equals`() throws {
        let lane = PublishPosition.Lane(topic: "t", first: 3)
        let behind = PublishPosition(through: 9, lanes: [lane], routes: 1)
        let level = PublishPosition(through: 9)
        let ahead = PublishPosition(through: 12)
        #expect(try resumption(local: behind, committed(level)).position { _ in own } == level)
        #expect(try resumption(local: level, committed(ahead)).position { _ in own } == ahead)
        #expect(try resumption(local: ahead, committed(level)).position { _ in own } == ahead)
        // A lane may have ended without transactions since.
        #expect(try resumption(local: level, committed(behind)).position { _ in own } == level)
    }

    @Test func `a journal that has not come so far is an old copy`() throws {
        let position = PublishPosition(through: 101)
        #expect(throws: PublisherError.beyondJournal(position: 101, last: 100)) {
            try resumption(local: PublishPosition(through: 9), committed(position))
                .position { _ in own }
        }
    }

    @Test func `another record under the number is a copy that went its own way`() throws {
        let position = PublishPosition(through: 50)
        let resumption = resumption(local: PublishPosition(through: 9), committed(position))
        #expect(throws: PublisherError.otherRecord(position: 50)) {
            try resumption.position { sequence in
                #expect(sequence == 50)
                return RecordFingerprint(text: "bb")
            }
        }
        // The record may have been given up since, or not have been known.
        #expect(try resumption.position { _ in nil } == position)
        let unknown = self.resumption(
            local: PublishPosition(through: 9), committed(position, "-"))
        #expect(try unknown.position { _ in own } == position)
    }

    @Test func `what another program committed is not taken for a position`() throws {
        let other = GroupOffset(nextOffset: 12, metadata: "")
        #expect(throws: PublisherError.unreadablePosition("12 ")) {
            try resumption(local: PublishPosition(through: 9), other).position { _ in own }
        }
    }

    @Test func `what follows the checkpoint may be twice where Kafka has lost its position`() {
        let local = PublishPosition(through: 9)
        #expect(resumption(local: local, nil).doubtful == 10...100)
        #expect(
            resumption(local: local, committed(PublishPosition(through: 8))).doubtful == 10...100)
        let lane = PublishPosition.Lane(topic: "t", first: 3)
        let behind = PublishPosition(through: 9, lanes: [lane], routes: 1)
        #expect(resumption(local: behind, nil).doubtful == 3...100)
    }

    @Test func `nothing is twice where Kafka has the position, or nothing was published`() {
        let local = PublishPosition(through: 9)
        for through: UInt64 in [9, 12] {
            let committed = committed(PublishPosition(through: through))
            #expect(resumption(local: local, committed).doubtful == nil)
        }
        #expect(resumption(local: PublishPosition(through: 0), nil).doubtful == nil)
        #expect(resumption(local: local, nil, durable: 9).doubtful == nil)
        // The records between were passed over.
        let lane = PublishPosition.Lane(topic: "t", first: 3)
        let behind = PublishPosition(through: 9, lanes: [lane], routes: 1)
        let former = committed(PublishPosition(through: 2))
        #expect(resumption(local: behind, former).doubtful == nil)
    }
}
