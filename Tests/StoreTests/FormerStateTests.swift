import Events
import Support
import Testing

@testable import Store

/// The state that version 0.1.0 left is taken over in place.
@Suite struct FormerStateTests {
    private let directory: TemporaryDirectory
    private let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(try FormerVersion.unpack("state", into: directory))
    }

    private func export(_ generation: String? = nil) throws -> [String] {
        let export = try StateExport(StateReader.open(folder, generation: generation))
        var lines: [String] = []
        while let line = try export.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test func `both generations read as they did`() throws {
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
        #expect(try export("000001") == FormerVersion.expected("state-export-previous.jsonl"))
    }

    @Test func `it is opened for writing with its offsets, gaps and dead letters`() throws {
        let before = try StateReader.open(folder).progress()
        let store = try StateStore.open(
            folder, rules: Catalogue.shipped.mergeRules, cacheBytes: 1 << 20)
        #expect(try store.progress() == before)
        #expect(try store.gaps().count == FormerVersion.expected("gaps.json").count)
        #expect(
            try store.deadLetterCounts().values.reduce(0, +)
                == FormerVersion.expected("dead-letters.json").count)

        let first = try #require(before.first { $0.last != nil })
        let anchored = PartitionProgress(
            topic: first.topic, partition: first.partition, next: first.next, last: first.last,
            anchor: LastRecord(offset: 0, eventID: nil, hash: BodyHash(high: 1, low: 2)))
        try store.begin()
        try store.advance(anchored)
        try store.commit()
        #expect(try store.progress().contains(anchored))
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
    }
}
