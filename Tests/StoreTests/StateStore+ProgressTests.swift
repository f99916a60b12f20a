import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateStoreProgressTests {
    let directory: TemporaryDirectory
    let store: StateStore
    let reader: StateReader

    init() throws {
        directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        store = try StateStore.open(folder)
        reader = try StateReader.open(folder)
    }

    private func advance(_ progress: PartitionProgress...) throws {
        try store.begin()
        for one in progress { try store.advance(one) }
        try store.commit()
    }

    @Test func `offsets are kept with the record to know them by`() throws {
        let last = LastRecord(
            offset: 4, eventID: EventID(high: 1, low: 2), hash: BodyHash(high: 3, low: 4))
        let first = PartitionProgress(topic: "b", partition: 1, next: 5, last: last)
        let second = PartitionProgress(topic: "a", partition: 10, next: 0, last: nil)
        try advance(first, second)
        #expect(try store.progress() == [second, first])
        #expect(try reader.progress() == [second, first])
    }

    @Test func `an offset without a record leaves the last record as it was`() throws {
        let last = LastRecord(offset: 4, eventID: nil, hash: BodyHash(high: 3, low: 4))
        try advance(PartitionProgress(topic: "a", partition: 0, next: 5, last: last))
        try advance(PartitionProgress(topic: "a", partition: 0, next: 6, last: nil))
        #expect(
            try store.progress()
                == [PartitionProgress(topic: "a", partition: 0, next: 6, last: last)])
        let tombstone = LastRecord(offset: 6, eventID: nil, hash: nil)
        try advance(PartitionProgress(topic: "a", partition: 0, next: 7, last: tombstone))
        #expect(try store.progress().map(\.last) == [tombstone])
    }

    @Test func `a dead letter keeps all that is known of it`() throws {
        let position = RecordPosition(topic: "a", partition: 3, offset: 17)
        let long = [UInt8](repeating: 1, count: StateStore.deadLetterBytes + 5)
        let time = Timestamp(seconds: 1_700_000_000)
        try store.begin()
        try store.keepDeadLetter(
            .json, "no value at 0", at: position, key: [1, 2].span, value: long.span, time: time)
        try store.keepDeadLetter(
            .tombstone, "no value", at: position, key: nil, value: nil, time: time)
        try store.commit()
        let letters = try reader.deadLetters(limit: 10)
        #expect(letters.map(\.number) == [1, 2])
        #expect(letters.map(\.reason) == [.json, .tombstone])
        #expect(letters.map(\.position) == [position, position])
        #expect(letters.map(\.detail) == ["no value at 0", "no value"])
        #expect(letters.map(\.key) == [[1, 2], nil])
        #expect(letters.map { $0.value?.count } == [StateStore.deadLetterBytes, nil])
        #expect(letters.map(\.valueBytes) == [long.count, 0])
        #expect(letters.map(\.time) == [time, time])
        #expect(try reader.deadLetters(after: 1, limit: 10).map(\.number) == [2])
        #expect(try reader.deadLetters(limit: 1).map(\.number) == [1])
    }
}
