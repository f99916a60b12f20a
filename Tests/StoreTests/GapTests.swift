import Events
import Store
import Support
import Testing

@Suite struct GapTests {
    private func gap(_ first: Int64, _ end: Int64?) -> Gap {
        Gap(
            topic: "t", partition: 3, first: first, end: end, reason: "removed", detail: "gone",
            time: Timestamp(seconds: 7))
    }

    @Test func `a gap is kept together with where reading goes on`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let store = try StateStore.open(folder)
        let hash = BodyHash(high: 1, low: 1)
        try store.begin()
        try store.advance(
            PartitionProgress(
                topic: "t", partition: 3, next: 5,
                last: LastRecord(offset: 4, eventID: nil, hash: hash, timestamp: 9)))
        try store.commit()
        #expect(try store.progress().first?.last?.timestamp == 9)
        try store.begin()
        try store.passOver(
            gap(5, nil), to: PartitionProgress(topic: "t", partition: 3, next: 0, last: nil))
        try store.commit()
        let reader = try StateReader.open(folder)
        #expect(try reader.gaps() == [gap(5, nil)])
        #expect(try reader.gapCount() == 1)
        #expect(
            try reader.progress()
                == [PartitionProgress(topic: "t", partition: 3, next: 0, last: nil)])
        #expect(try store.gapCount() == 1)
    }

    @Test func `what lay before the beginning is kept, and does not count as missed`() throws {
        let store = try StateStore.inMemory()
        try store.begin()
        try store.note(.before(4, topic: "t", partition: 1))
        try store.note(gap(5, 7))
        try store.commit()
        #expect(try store.gaps().map(\.wasMissed) == [false, true])
        #expect(try store.gaps().first?.end == 4)
        #expect(try store.gapCount() == 1)
    }

    @Test func `a partition that is no more loses its offset, and what is rolled back never was`()
        throws
    {
        let store = try StateStore.inMemory()
        let progress = PartitionProgress(topic: "t", partition: 3, next: 5, last: nil)
        try store.begin()
        try store.advance(progress)
        try store.commit()
        try store.begin()
        try store.passOver(gap(5, nil), to: nil)
        store.rollBack()
        #expect(try store.progress() == [progress])
        #expect(try store.gapCount() == 0)
        try store.begin()
        try store.passOver(gap(5, nil), to: nil)
        try store.commit()
        #expect(try store.progress().isEmpty)
    }
}
