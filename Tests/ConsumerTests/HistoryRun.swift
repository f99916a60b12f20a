import Events
import Projection
import Store
import Support

/// One history through the real projection and store, without a Kafka between: batches cut at
/// random, and the process ended at random, in a batch or behind one.
///
/// All of it follows from the seed.
struct HistoryRun {
    private static let partition = (topic: "all", number: Int32(0))

    let history: RandomHistory
    private var generator: SeededGenerator
    private let reader: RecordReader
    private let folder: StateFolder
    private let directory: TemporaryDirectory
    private let cacheBytes: Int

    init(seed: Int, reader: RecordReader) throws {
        history = Self.history(seed)
        generator = SeededGenerator(seed: seed + 1_000_000_007)
        self.reader = reader
        directory = try TemporaryDirectory(inMemory: true)
        folder = StateFolder(directory.path)
        cacheBytes = [0, 2_000, 1 << 20].randomElement(using: &generator) ?? 0
    }

    /// Many entities with a few events each, or a few with many; now and then one with hundreds,
    /// of which the store keeps the oldest elsewhere.
    private static func history(_ seed: Int) -> RandomHistory {
        let entities = [8, 4, 12, 1][seed % 4]
        return RandomHistory(
            seed: seed, events: seed % 50 == 49 ? 400 : 16 + seed % 16, entities: entities)
    }

    /// Runs it to its end; gives the export and the number of dead letters.
    mutating func run() throws -> (export: String, deadLetters: Int) {
        var store: StateStore? = try open()
        while let next = try store.map(Self.position), next < history.records.count {
            let end = min(next + .random(in: 1...20, using: &generator), history.records.count)
            let isKilled = Int.random(in: 0..<8, using: &generator) == 0
            if let store { try apply(next..<end, to: store, commits: !isKilled) }
            if isKilled || Int.random(in: 0..<8, using: &generator) == 0 {
                store = nil
                store = try open()
            }
        }
        store = nil
        let letters = try StateReader.open(folder).deadLetters(limit: history.records.count)
        return (try folder.exported(), letters.count)
    }

    private func open() throws -> StateStore {
        try StateStore.openAgain(
            folder, .init(ModelType.catalogue, cacheBytes: cacheBytes))
    }

    /// Where the store says that it goes on.
    private static func position(_ store: StateStore) throws -> Int {
        Int(try store.progress().first?.next ?? 0)
    }

    private func apply(_ range: Range<Int>, to store: StateStore, commits: Bool) throws {
        try store.begin()
        for index in range { try apply(history.records[index], at: Int64(index), to: store) }
        guard commits else { return }
        try store.advance(
            PartitionProgress(
                topic: Self.partition.topic, partition: Self.partition.number,
                next: Int64(range.upperBound), last: nil))
        try store.commit()
    }

    private func apply(_ record: TestRecord, at offset: Int64, to store: StateStore) throws {
        let key = record.key.map { Array($0.utf8) }
        let value = record.value.map { Array($0.utf8) }
        let position = RecordPosition(
            topic: record.topic, partition: Self.partition.number, offset: offset)
        switch try reader.read(
            key: key?.span, value: value?.span, topic: record.topic, timestamp: nil)
        {
        case .event(let event):
            let stored = StoredEvent(
                entry: event.entry, id: event.key, version: event.version, position: position,
                further: reader.further(event.entry))
            _ = try store.apply(stored, EntityState(event, reader).encoded.span)
        case .deadLetter(let reason, let detail, _):
            try store.keepDeadLetter(
                reason, detail, at: position, key: key?.span, value: value?.span, time: .now())
        }
    }
}
