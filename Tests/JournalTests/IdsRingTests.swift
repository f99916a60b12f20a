import Files
import Support
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct IdsRingTests {
    /// An index and its ring through kills, losses of power and changed settings.
    private final class Life {
        let disk: MemoryDisk
        var configuration = DedupConfiguration()
        var random: SeededGenerator
        var ring: IdsRing
        var index: DedupIndex
        /// How many records there are; from `index.next` on they are in segments only.
        var count: UInt64 = 0
        var durable: UInt64 = 0
        var folder: JournalFolder { JournalFolder(path: "journal", files: disk) }

        init(seed: Int) throws {
            random = SeededGenerator(seed: seed)
            disk = MemoryDisk(seed: seed)
            configuration.chunkEntries = [2, 4, 8].randomElement(using: &random) ?? 4
            configuration.maxIds = Int.random(in: 4...60, using: &random)
            let folder = JournalFolder(path: "journal", files: disk)
            ring = try IdsRing(in: folder, journal: Sample.journal, configuration)
            index = try ring.load(configuration, segmentsFrom: .max).index
            try ring.settle(configuration)
            try disk.syncFolder("journal")
            index.markDurable(through: 0)
        }

        static func key(_ number: UInt64) -> DedupKey {
            DedupKey(high: number, low: number * 3, body: number * 5, id: number * 7)
        }

        func append() {
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                count += 1
                index.append(Self.key(count), code: 0, receivedAt: Int64(count / 3))
            }
            durable = UInt64.random(in: durable...count, using: &random)
            index.markDurable(through: durable)
        }

        func write(onlyFull: Bool) throws {
            try ring.write(
                index.chunks(
                    after: ring.covered, through: durable, onlyFull: onlyFull,
                    atMost: onlyFull ? 1 : ring.room))
        }

        /// The process ends in a write, or before it; what was covered must be there.
        func crash() throws {
            let covered = ring.covered
            let first = index.entries.first
            disk.stopsAt = disk.calls + Int.random(in: 1...4, using: &random)
            try? write(onlyFull: Bool.random(using: &random))
            if Bool.random(using: &random) { disk.losePower() } else { disk.endProcess() }
            if Int.random(in: 0..<4, using: &random) == 0 {
                configuration.maxIds = Int.random(in: 4...60, using: &random)
            }
            ring = try IdsRing(in: folder, journal: Sample.journal, configuration)
            // Segments go when they are covered.
            let loaded = try ring.load(configuration, segmentsFrom: covered + 1)
            guard loaded.missing.allSatisfy({ $0.lowerBound > covered }) else {
                throw BrokenPromise("\(loaded.missing) are missing")
            }
            try check(loaded.index, from: first, through: covered)
            index = loaded.index
            try ring.settle(configuration)
            // The rest is read from the segments.
            for number in index.next..<max(index.next, durable + 1) {
                index.append(Self.key(number), code: 0, receivedAt: Int64(number / 3))
            }
            count = durable
            index.markDurable(through: durable)
        }

        private func check(
            _ loaded: DedupIndex, from first: UInt64, through covered: UInt64
        ) throws {
            guard loaded.next > covered, loaded.next <= durable + 1 else {
                throw BrokenPromise("\(covered) are covered, and \(loaded.next - 1) are there")
            }
            let oldest = max(first, loaded.next - min(loaded.next, UInt64(configuration.maxIds)))
            for number in oldest..<max(oldest, loaded.next) {
                guard loaded.answer(Self.key(number)) == .known(number, .accepted),
                    loaded.arrival(of: number) == Int64(number / 3)
                else { throw BrokenPromise("id \(number) is not there") }
            }
        }
    }

    @Test func `two chunks more than the ids are enough for any history, and lose nothing`() throws
    {
        var crashes = 0
        for seed in 1...100 {
            let life = try Life(seed: seed)
            do {
                for _ in 0..<120 {
                    switch Int.random(in: 0..<10, using: &life.random) {
                    case ..<5: life.append()
                    case ..<7: try life.write(onlyFull: true)
                    case ..<9: try life.write(onlyFull: false)
                    default:
                        try life.crash()
                        crashes += 1
                    }
                }
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        #expect(crashes > 500)
    }

    private let temporary: TemporaryDirectory
    private let folder: JournalFolder
    private var configuration = DedupConfiguration()

    init() throws {
        temporary = try TemporaryDirectory()
        folder = JournalFolder(path: temporary.path, files: Disk())
        configuration.chunkEntries = 16
        configuration.maxIds = 100
    }

    private func ring() throws -> IdsRing {
        try IdsRing(in: folder, journal: Sample.journal, configuration)
    }

    /// A ring with these records in it.
    private func written(_ count: UInt64) throws -> IdsRing {
        var ring = try ring()
        var index = try ring.load(configuration, segmentsFrom: .max).index
        for number in 1...count {
            index.append(Life.key(number), code: 0, receivedAt: 7)
            try ring.write(
                index.chunks(after: ring.covered, through: number, onlyFull: true, atMost: 1))
        }
        try ring.write(
            index.chunks(
                after: ring.covered, through: count, onlyFull: false, atMost: ring.room),
            stop: StopMark(next: count + 1, segment: 1, offset: 4096))
        return ring
    }

    /// Where a chunk with this record lies in the file; the newest copy of it.
    private func place(holding sequence: UInt64) throws -> Int? {
        let bytes = try FileSystem.bytes(of: folder.ids)
        let size = IdsChunk.bytes(chunkEntries: configuration.chunkEntries)
        let heads = stride(from: StopMark.pageBytes, to: bytes.count, by: size).compactMap {
            offset in
            IdsChunk.head(
                bytes.span.extracting(offset..<offset + size), Sample.journal,
                chunkEntries: configuration.chunkEntries
            ).map { (offset: offset, head: $0) }
        }
        return heads.filter { $0.head.first <= sequence && sequence < $0.head.next }
            .max { $0.head.generation < $1.head.generation }?.offset
    }

    @Test func `a start takes the mark of a clean stop away`() throws {
        _ = try written(40)
        var again = try ring()
        _ = try again.load(configuration, segmentsFrom: .max)
        #expect(again.stop == StopMark(next: 41, segment: 1, offset: 4096))
        try again.settle(configuration)
        #expect(again.stop == nil)
        var third = try ring()
        #expect(try third.load(configuration, segmentsFrom: .max).index.count == 40)
        #expect(third.stop == nil)
    }

    @Test func `a file that was made for more ids shrinks, one for fewer grows`() throws {
        let small = try written(150).bytes
        #expect(small == IdsRing.bytes(configuration))
        var other = self
        other.configuration.maxIds = 1000
        var large = try other.ring()
        #expect(try large.load(other.configuration, segmentsFrom: .max).index.count == 100)
        try large.settle(other.configuration)
        #expect(large.bytes == IdsRing.bytes(other.configuration))
        var again = try ring()
        #expect(try again.load(configuration, segmentsFrom: .max).index.count == 100)
        try again.settle(configuration)
        #expect(again.bytes == small)
        #expect(try FileSystem.bytes(of: folder.ids).count == small)
    }

    private func damageChunk(holding sequence: UInt64) throws {
        let offset = try #require(try place(holding: sequence))
        var bytes = try FileSystem.bytes(of: folder.ids)
        bytes[offset + 300] ^= 1
        try FileSystem.write(bytes, to: folder.ids)
    }

    @Test func `of a chunk that is damaged the others are kept, and it is told`() throws {
        _ = try written(90)
        try damageChunk(holding: 40)
        // The segments begin behind it.
        var ring = try ring()
        var loaded = try ring.load(configuration, segmentsFrom: 60)
        #expect(loaded.missing == [32..<48])
        #expect(loaded.index.next == 91)
        for number in 1...90 as ClosedRange<UInt64> {
            let isKnown = loaded.index.answer(Life.key(number)) == .known(number, .accepted)
            #expect(isKnown == !(32..<48).contains(number))
        }
        // It is written again, so that the next start finds nothing missing.
        #expect(ring.covered == 31)
        try ring.settle(configuration)
        try ring.write(
            loaded.index.chunks(after: ring.covered, through: 90, onlyFull: true, atMost: 1))
        #expect(ring.covered == 90)
        ring = try self.ring()
        loaded = try ring.load(configuration, segmentsFrom: 60)
        #expect(loaded.missing == [])
        #expect(loaded.index.next == 91)
    }

    @Test func `what the segments hold of a damaged chunk is left to them`() throws {
        _ = try written(90)
        try damageChunk(holding: 40)
        var ring = try ring()
        let loaded = try ring.load(configuration, segmentsFrom: 20)
        #expect(loaded.missing == [32..<48])
        #expect(loaded.index.next == 32)
    }

    @Test func `what a failed sync left in memory only is on the disk after the next start`() throws
    {
        for seed in 1...50 {
            let disk = MemoryDisk(seed: seed)
            let folder = JournalFolder(path: "journal", files: disk)
            func open() throws -> (ring: IdsRing, index: DedupIndex) {
                var ring = try IdsRing(in: folder, journal: Sample.journal, configuration)
                let loaded = try ring.load(configuration, segmentsFrom: 1)
                return (ring, loaded.index)
            }
            var (ring, index) = try open()
            try ring.settle(configuration)
            try disk.syncFolder("journal")
            for number in 1...40 as ClosedRange<UInt64> {
                index.append(Life.key(number), code: 0, receivedAt: 7)
            }
            disk.syncFaults = 100
            #expect(throws: FileError.self) {
                try ring.write(
                    index.chunks(after: 0, through: 40, onlyFull: false, atMost: ring.room))
            }
            disk.endProcess()
            disk.recover()
            (ring, index) = try open()
            #expect(index.next == 41)
            try ring.settle(configuration)
            disk.losePower()
            #expect(try open().index.next == 41, "seed \(seed)")
        }
    }

    @Test func `another journal's ring is none`() throws {
        _ = try written(90)
        var other = try IdsRing(in: folder, journal: .random(), configuration)
        let loaded = try other.load(configuration, segmentsFrom: .max)
        #expect(loaded.index.next == 1)
        #expect(loaded.missing == [])
        #expect(other.stop == nil)
    }

    @Test func `each chunk is written once`() throws {
        let disk = FaultyDisk()
        var writes = 0
        let counting = Counting()
        disk.fail { operation, path in
            if operation == .write, path.hasSuffix("/ids") { _ = counting.next() }
            return nil
        }
        let folder = JournalFolder(path: temporary.path, files: disk)
        var ring = try IdsRing(in: folder, journal: Sample.journal, configuration)
        var index = try ring.load(configuration, segmentsFrom: .max).index
        for number in 1...800 as ClosedRange<UInt64> {
            index.append(Life.key(number), code: 0, receivedAt: 7)
            try ring.write(
                index.chunks(after: ring.covered, through: number, onlyFull: true, atMost: 1))
        }
        writes = counting.value
        // The first one lacks the record that there is not, 0.
        #expect(writes == 800 / 16)
    }
}
