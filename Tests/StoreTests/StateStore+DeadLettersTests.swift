import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateStoreDeadLettersTests {
    private func keep(
        _ reason: DeadLetterReason, _ topic: String, at seconds: Int64, in store: StateStore
    ) throws {
        try store.keepDeadLetter(
            reason, "why", at: RecordPosition(topic: topic, partition: 0, offset: seconds),
            key: Array("k".utf8).span, value: Array("v".utf8).span,
            time: Timestamp(seconds: seconds))
    }

    /// Four letters: numbers 1 to 4, met at the seconds 1 to 4.
    private func filled() throws -> StateStore {
        let store = try StateStore.inMemory()
        try store.begin()
        try keep(.json, "a", at: 1, in: store)
        try keep(.key, "a", at: 2, in: store)
        try keep(.json, "b", at: 3, in: store)
        try keep(.tombstone, "b", at: 4, in: store)
        try store.commit()
        return store
    }

    private func numbers(
        _ store: StateStore, _ change: (inout DeadLetterSelection) -> Void
    ) throws -> [Int64] {
        var selection = DeadLetterSelection()
        change(&selection)
        let found = try store.deadLetters(selection, after: 0, limit: 10).map(\.number)
        let sent = try #require(DeadLetterSelection(selection.description))
        #expect(sent == selection)
        return found
    }

    @Test func `of a value that is too long to be read only its hash and its length are kept`()
        throws
    {
        let store = try StateStore.inMemory()
        try store.begin()
        try keep(.size, "a", at: 1, in: store)
        try store.commit()
        let letter = try #require(
            try store.deadLetters(DeadLetterSelection(), after: 0, limit: 1).first)
        #expect(letter.value == nil)
        #expect(letter.valueBytes == 1)
        #expect(letter.hash == BodyHash(hashing: Array("v".utf8).span))
        #expect(letter.isCut)
    }

    @Test func `letters are chosen by reason, topic, time and number, and by all that is set`()
        throws
    {
        let store = try filled()
        #expect(try numbers(store) { _ in } == [1, 2, 3, 4])
        #expect(try numbers(store) { $0.reasons = [.json] } == [1, 3])
        #expect(try numbers(store) { $0.reasons = [.json, .tombstone] } == [1, 3, 4])
        #expect(try numbers(store) { $0.topics = ["b"] } == [3, 4])
        #expect(try numbers(store) { $0.topics = ["b", "a", "c"] } == [1, 2, 3, 4])
        #expect(try numbers(store) { $0.numbers = [2, 4, 9] } == [2, 4])
        #expect(try numbers(store) { $0.since = Timestamp(seconds: 3) } == [3, 4])
        #expect(
            try numbers(store) { $0.since = Timestamp(seconds: 3, nanoseconds: 1) } == [4])
        #expect(try numbers(store) { $0.until = Timestamp(seconds: 3) } == [1, 2])
        #expect(
            try numbers(store) { $0.until = Timestamp(seconds: 3, nanoseconds: 1) } == [1, 2, 3])
        #expect(
            try numbers(store) {
                $0.reasons = [.json]
                $0.topics = ["b"]
                $0.since = Timestamp(seconds: 2)
            } == [3])
        #expect(
            try store.deadLetters(DeadLetterSelection(), after: 1, limit: 2).map(\.number)
                == [2, 3])
    }

    @Test(arguments: ["number", "number x", "reason unheard", "since yesterday", "colour red"])
    func `a selection that says what nobody knows is none`(text: String) {
        #expect(DeadLetterSelection(text) == nil)
    }

    @Test func `letters are counted, go and are told anew why they stay`() throws {
        let store = try filled()
        #expect(try store.lastDeadLetter() == 4)
        #expect(try store.deadLetterCounts() == [.json: 2, .key: 1, .tombstone: 1])
        try store.begin()
        try store.removeDeadLetter(1)
        try store.setReason(.type, "another", of: 3)
        try store.commit()
        #expect(try store.deadLetterCounts() == [.type: 1, .key: 1, .tombstone: 1])
        let letter = try store.deadLetters(DeadLetterSelection(), after: 2, limit: 1).first
        #expect(letter?.detail == "another")
        try store.begin()
        try store.removeDeadLetter(2)
        store.rollBack()
        #expect(try store.deadLetterCounts()[.key] == 1)
    }

    @Test func `past their bytes letters keep only where the record is, until others have gone`()
        throws
    {
        let store = try StateStore(
            path: ":memory:", .init(catalogue, cacheBytes: 0, deadLettersBytes: 250))
        let value = [UInt8](repeating: 0x61, count: 100)
        func keep(_ offset: Int64) throws -> DeadLetter {
            try store.begin()
            try store.keepDeadLetter(
                .json, "why", at: RecordPosition(topic: "t", partition: 0, offset: offset),
                key: [1].span, value: value.span, timestamp: 1_700_000_000_123,
                time: Timestamp(seconds: 1))
            try store.commit()
            let letters = try store.deadLetters(DeadLetterSelection(), after: 0, limit: 10)
            return try #require(letters.last)
        }
        #expect(try keep(1).isKept)
        #expect(try keep(2).value == value)
        let third = try keep(3)
        #expect(!third.isKept && third.isCut)
        #expect(third.key == nil && third.value == nil)
        #expect(third.valueBytes == 100)
        #expect(third.hash == BodyHash(hashing: value.span))
        #expect(third.timestamp == 1_700_000_000_123)
        try store.begin()
        try store.removeDeadLetter(1)
        store.rollBack()
        #expect(try !keep(4).isKept)
        try store.begin()
        try store.removeDeadLetter(1)
        try store.commit()
        #expect(try keep(5).isKept)
    }

    @Test func `what was set aside is counted no more, here and in every other generation`() throws
    {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let store = try StateStore.open(folder)
        try store.begin()
        try keep(.json, "a", at: 1, in: store)
        try keep(.key, "a", at: 2, in: store)
        try store.keepDeadLetter(
            .tombstone, "why", at: RecordPosition(topic: "a", partition: 0, offset: 3), key: nil,
            value: nil, time: Timestamp(seconds: 3))
        try keep(.json, "a", at: 4, in: store)
        let first = try store.dropDeadLetters(
            DeadLetterSelection(), because: "test data", after: 0, upTo: 3, limit: 2)
        #expect(first?.count == 2)
        let second = try store.dropDeadLetters(
            DeadLetterSelection(), because: "test data", after: 2, upTo: 3, limit: 2)
        #expect(second?.count == 1)
        try store.commit()
        #expect(try store.deadLetterCounts() == [.json: 1])
        #expect(try store.droppedCount() == 3)
        let dropped = try StateReader.open(folder).droppedLetters(limit: 10)
        #expect(dropped.map(\.position.offset) == [1, 2, 3])
        #expect(dropped.map(\.reason) == [.json, .key, .tombstone])
        #expect(Set(dropped.map(\.why)) == ["test data"])

        let (other, _) = try StateStore.build(in: folder, .init(catalogue, cacheBytes: 0))
        try other.begin()
        // Met before the other generation knows what was set aside.
        try keep(.json, "a", at: 1, in: other)
        try other.commit()
        try other.adoptDropped(from: StateReader.open(folder))
        try other.begin()
        try keep(.key, "a", at: 2, in: other)
        // The same place in a topic that was recreated: another record.
        try other.keepDeadLetter(
            .json, "why", at: RecordPosition(topic: "a", partition: 0, offset: 2), key: nil,
            value: [9].span, time: Timestamp(seconds: 3))
        try other.keepDeadLetter(
            .tombstone, "why", at: RecordPosition(topic: "a", partition: 0, offset: 3), key: nil,
            value: nil, time: Timestamp(seconds: 3))
        try keep(.json, "a", at: 4, in: other)
        try other.commit()
        let left = try other.deadLetters(DeadLetterSelection(), after: 0, limit: 10)
        #expect(left.map(\.position.offset) == [2, 4])
        #expect(try other.droppedCount() == 3)
    }

    @Test func `a key as long as a value is cut too`() throws {
        let store = try StateStore.inMemory()
        let long = [UInt8](repeating: 0x61, count: 2_000_000)
        try store.begin()
        try store.keepDeadLetter(
            .key, "why", at: RecordPosition(topic: "t", partition: 0, offset: 0), key: long.span,
            value: long.span, time: Timestamp(seconds: 1))
        try store.commit()
        let letter = try #require(
            try store.deadLetters(DeadLetterSelection(), after: 0, limit: 1).first)
        #expect(letter.key?.count == StateStore.deadLetterKeyBytes)
        #expect(letter.value?.count == StateStore.deadLetterBytes)
        #expect(letter.valueBytes == 2_000_000)
        #expect(letter.isCut)
    }
}
