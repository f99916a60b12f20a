import Consumer
import Events
import Kafka
import Projection
import Store
import Support
import Testing

/// Thousands of random histories against the plain model: `state export` must be the model's.
///
/// HISTORIES sets how many; HISTORY_SEED runs the one whose failure named it.
@Suite(.timeLimit(.minutes(30))) struct HistoryTests {
    private static let usualHistories = 2_000

    private static var seeds: Range<Int> {
        if let seed = Environment["HISTORY_SEED"].flatMap({ Int($0) }) { return seed..<seed + 1 }
        return 0..<(Environment["HISTORIES"].flatMap { Int($0) } ?? usualHistories)
    }

    @Test func `through projection and store, ended at any moment, the state is the model's`()
        throws
    {
        let reader = RecordReader(catalogue: ModelType.catalogue, prefix: "")
        for seed in Self.seeds {
            var run = try HistoryRun(seed: seed, reader: reader)
            let result = try run.run()
            let expected = run.history.expected
            #expect(
                result.export == expected,
                "HISTORY_SEED=\(seed): \(difference(result.export, expected))")
            #expect(result.deadLetters == run.history.foreign, "HISTORY_SEED=\(seed)")
        }
    }

    @Test func `hundreds of them at once through Kafka and the consumer, started again and again`()
        throws
    {
        let seeds = Self.seeds.prefix(200)
        let history = RandomHistory(
            seeds.map { RandomHistory(seed: $0, events: 40, tag: "h\($0)-") }, seed: 1)
        let topics = try TestTopics(partitions: 3)
        defer { topics.end() }
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let pieces = 4
        var middle: [TopicPartition: Int64] = [:]
        for piece in 0..<pieces {
            let bounds = [piece, piece + 1].map { history.records.count * $0 / pieces }
            try topics.send(Array(history.records[bounds[0]..<bounds[1]]))
            let consumer = try RunningConsumer(
                topics.cluster.configuration, folder, catalogue: ModelType.catalogue,
                batchRecords: [7, 300, 41, 1_000][piece])
            if piece == pieces / 2 { middle = topics.ends }
            // All but the last are stopped wherever they are.
            if piece == pieces - 1 { try folder.reach(topics.ends) }
            try consumer.stop()
        }
        let found = try folder.exported()
        #expect(found == history.expected, "\(difference(found, history.expected))")
        #expect(
            try StateReader.open(folder).deadLetters(limit: history.records.count).count
                == history.foreign)
        for (ends, cacheBytes) in [([topics.ends], 64 << 20), ([middle, topics.ends], 10_000)] {
            let rebuilt = try rebuild(topics, ends, in: folder, cacheBytes: cacheBytes)
            #expect(rebuilt == found, "\(difference(rebuilt, found))")
        }
    }

    /// The export of a generation that is built up to the first ends, and brought to the others as
    /// a swap does it.
    private func rebuild(
        _ topics: TestTopics, _ ends: [[TopicPartition: Int64]], in folder: StateFolder,
        cacheBytes: Int
    ) throws -> String {
        let lock = try folder.lockForReplay()
        defer { withExtendedLifetime(lock) {} }
        let (builder, generation) = try StateStore.build(
            in: folder, .init(ModelType.catalogue, cacheBytes: cacheBytes))
        try topics.catchUp(builder, to: topics.targets(ends[0], exact: true))
        try builder.finish(generation, in: folder)
        for end in ends.dropFirst() {
            let store = try StateStore.open(
                generation, in: folder, .init(ModelType.catalogue, cacheBytes: cacheBytes))
            try topics.catchUp(store, to: topics.targets(end, exact: true))
        }
        return try StateReader(path: generation.database).exported()
    }

    /// The first lines that differ.
    private func difference(_ found: String, _ expected: String) -> Comment {
        let (found, expected) = (found.split(separator: "\n"), expected.split(separator: "\n"))
        let pair = zip(found, expected).first { $0 != $1 }
        return
            "\(found.count) lines, expected \(expected.count)\n\(pair.map { "\($0)\n\($1)" } ?? "")"
    }
}
