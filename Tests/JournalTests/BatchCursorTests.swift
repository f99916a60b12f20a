import Files
import Support
import Testing

@testable import Journal

struct BatchCursorTests {
    private let folder: TemporaryDirectory
    private let file: any File

    init() throws {
        folder = try TemporaryDirectory()
        file = try Disk().open(folder.file("segment"), .create)
    }

    /// Writes batches of these sizes in a row.
    private func write(_ sizes: [Int]) throws -> Int {
        var offset = 0
        for (number, size) in sizes.enumerated() {
            let batch = Sample.batch(
                [[UInt8](repeating: UInt8(number), count: size)],
                firstSequence: UInt64(100 + number))
            try file.write(batch.span, at: offset)
            offset += batch.count
        }
        return offset
    }

    private func cursor(limit: Int, piece: Int = 16_384) -> BatchCursor {
        BatchCursor(
            file, segment: 9, journal: Sample.journal, limit: limit, pieceBytes: piece)
    }

    @Test(arguments: [4096, 8192, 10_000, 1 << 20])
    func `batches of any size are read in pieces of any size`(piece: Int) throws {
        let sizes = [1, 100_000, 3900, 4000, 8000, 12_000, 300_000, 5, 5, 5]
        let end = try write(sizes)
        var cursor = cursor(limit: end, piece: piece)
        for (number, size) in sizes.enumerated() {
            guard case .batch(let head) = try cursor.next() else {
                Issue.record("batch \(number) is not there")
                return
            }
            #expect(head.firstSequence == UInt64(100 + number))
            let layout = RecordLayout(cursor.buffer.span, at: cursor.recordsStart)
            let body = layout.map { cursor.buffer.span.array($0.body) }
            #expect(body == [UInt8](repeating: UInt8(number), count: size))
        }
        #expect(try cursor.next() == .absent)
        #expect(cursor.offset == end)
    }

    @Test func `beyond its limit nothing is read, until that moves`() throws {
        let end = try write([1000, 1000])
        var cursor = cursor(limit: 0)
        #expect(try cursor.next() == .absent)
        cursor.limit = 4096
        guard case .batch = try cursor.next() else {
            Issue.record("the first batch is not there")
            return
        }
        #expect(try cursor.next() == .absent)
        cursor.limit = end
        guard case .batch(let head) = try cursor.next() else {
            Issue.record("the second batch is not there")
            return
        }
        #expect(head.firstSequence == 101)
    }

    @Test func `a batch that is cut by the limit is torn`() throws {
        let end = try write([50_000])
        var cursor = cursor(limit: end - 4096)
        #expect(try cursor.next() == .torn(whole: end))
        #expect(cursor.offset == 0)
    }
}
