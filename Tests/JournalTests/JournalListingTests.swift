import Events
import Files
import Support
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct JournalListingTests {
    private func crashed(_ count: Int = 50, clean: Bool = false) throws -> JournalFixture {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...count { try journal.writer.add(number, bytes: 50_000) }
        if clean { journal.close() }
        return try journal.crashed()
    }

    @Test(arguments: [true, false])
    func `the segments hold every record once, and their sizes are those of the batches`(
        clean: Bool
    ) throws {
        let journal = try crashed(clean: clean)
        let files = try JournalFiles(journal.configuration.folder)
        let segments = try files.segments().filter { $0.first != nil }
        #expect(segments.count == 3)
        #expect(segments.reduce(0) { $0 + $1.records } == 50)
        #expect(segments.first?.first == 1)
        #expect(segments.last?.last == 50)
        for (one, next) in zip(segments, segments.dropFirst()) {
            #expect(one.last.map { $0 + 1 } == next.first)
        }
        let batch = BatchFormat.padded(50_000 + 300)
        #expect(segments.map(\.usedBytes).reduce(0, +) == 50 * batch + (clean ? 4096 : 0))
        #expect(segments.allSatisfy { $0.fileBytes == 1 << 20 && !$0.hasUnfinished })
        for segment in segments {
            let oldest = try #require(segment.oldest)
            #expect(try #require(segment.newest) >= oldest)
        }
    }

    @Test func `a batch at the end that is not whole is not counted, and said`() throws {
        let journal = try crashed(3)
        let used = try #require(try JournalFiles(journal.configuration.folder).segments().first)
        try journal.damage(1) { $0[used.usedBytes - 4096] ^= 1 }
        let cut = try #require(try JournalFiles(journal.configuration.folder).segments().first)
        #expect(cut.last == 2)
        #expect(cut.hasUnfinished)
        #expect(!used.hasUnfinished)
    }

    @Test func `what is published is said for each segment, with lanes as well`() throws {
        var segment = SegmentSummary(7)
        #expect(segment.published(PublishPosition(through: 9)) == nil)
        (segment.first, segment.last) = (10, 20)
        #expect(segment.published(nil) == SegmentSummary.Share.none)
        for (through, share) in [
            (9, SegmentSummary.Share.none), (10, .part), (19, .part), (20, .all), (30, .all),
        ] {
            #expect(segment.published(PublishPosition(through: UInt64(through))) == share)
        }
        func lane(_ first: UInt64) -> PublishPosition {
            PublishPosition(through: 30, lanes: [.init(topic: "a", first: first)], routes: 1)
        }
        #expect(segment.published(lane(20)) == .part)
        #expect(segment.published(lane(3)) == .part)
        #expect(segment.published(lane(21)) == .all)
    }

    @Test func `what a recovery cut off is told by name`() throws {
        let journal = try crashed(3)
        let used = try #require(try JournalFiles(journal.configuration.folder).segments().first)
        try journal.damage(1) { $0[used.usedBytes - 4096] ^= 1 }
        try journal.start()
        let torn = try JournalFiles(journal.configuration.folder).torn()
        #expect(torn.map(\.name) == ["torn-0000000001-\(used.usedBytes / 3 * 2)"])
        #expect(torn.map(\.bytes) == [used.usedBytes / 3])
        journal.close()
    }
}
