import Files
import Support
import Testing

@testable import Journal

struct FormerIdsTests {
    private let temporary: TemporaryDirectory
    private let folder: JournalFolder
    private var configuration = DedupConfiguration()

    init() throws {
        temporary = try TemporaryDirectory()
        folder = JournalFolder(path: temporary.path, files: Disk())
        configuration.maxIds = 60_000
    }

    private func key(_ number: UInt64) -> DedupKey {
        DedupKey(high: number, low: ~number, body: number * 3, id: number * 5)
    }

    /// Writes a file as version 0.1.0 did: a page, a mark a second, the entries.
    private func write(
        _ count: UInt64, first: UInt64 = 5, generation: UInt64 = 1, to file: Int = 0
    ) throws {
        let marks = count == 0 ? 0 : (count - 1) / 1000 + 1
        let head = CheckpointHead(
            generation: generation, through: first + count - 1, first: first, marks: marks)
        var bytes = head.page(.ids, Sample.journal)
        var words: [UInt64] = []
        for mark in 0..<marks { words += [first + mark * 1000, mark] }
        for number in 0..<count {
            let key = key(number)
            words += [key.high, key.low, key.body, key.id << 4 | number % 10]
        }
        words.withBytes { bytes.add($0) }
        bytes.store(checksum(bytes), at: 12)
        try FileSystem.write(bytes, to: folder.checkpoint("ids", file))
    }

    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        let page = bytes.span.extracting(0..<CheckpointHead.pageBytes)
        let rest = bytes.span.extracting(CheckpointHead.pageBytes..<bytes.count)
        return rest.crc32c(after: CheckpointHead.checksum(page))
    }

    private func read(_ configuration: DedupConfiguration? = nil) throws -> FormerIds.Found? {
        try FormerIds.read(folder, Sample.journal, configuration ?? self.configuration)
    }

    @Test(arguments: [0, 1, 8187, 50_000] as [UInt64])
    func `an index is read as it was written`(count: UInt64) throws {
        #expect(try read() == nil)
        try write(count)
        let index = try #require(try read()?.index)
        #expect(index.next == 5 + count)
        #expect(index.count == Int(count))
        for number in stride(from: 0, to: count, by: 97) {
            guard case .known(5 + number, _) = index.answer(key(number)) else {
                Issue.record("id \(number) is not known")
                return
            }
            #expect(index.arrival(of: 5 + number) == Int64(number / 1000))
        }
        try FormerIds.remove(from: folder)
        #expect(try read() == nil)
        #expect(try FileSystem.names(in: folder.path) == [])
    }

    @Test func `damage anywhere makes it none, and the other file counts`() throws {
        try write(3000, generation: 2)
        try write(2000, generation: 1, to: 1)
        let path = folder.checkpoint("ids", 0)
        let sound = try FileSystem.bytes(of: path)
        #expect(try read()?.index?.count == 3000)
        for offset in [8, 33, 41, 47, 50, 57, 4096, 4100, 5000, 4096 + 48 + 95_000] {
            var bytes = sound
            bytes[offset] ^= 128
            try FileSystem.write(bytes, to: path)
            let found = try #require(try read())
            #expect(found.index?.count == 2000, "offset \(offset)")
            #expect(found.damaged == [path])
        }
        try FileSystem.write(Array(sound[..<50_000]), to: path)
        #expect(try read()?.index?.count == 2000)
    }

    @Test func `a smaller index keeps the newest`() throws {
        try write(5000)
        var smaller = configuration
        smaller.maxIds = 1000
        let index = try #require(try read(smaller)?.index)
        #expect(index.count == 1000)
        #expect(index.next == 5005)
        #expect(index.droppedEarly == 0)
    }
}
