import Testing

@testable import Journal

struct OpenBatchTests {
    private func filled(_ size: Int) -> OpenBatch {
        var batch = OpenBatch()
        let body = [UInt8](repeating: 1, count: size)
        let entry = Sample.entries[0]
        batch.append(
            entry, kind: .event, body: body.span,
            length: RecordFormat.length(of: entry, bodyBytes: size))
        return batch
    }

    @Test func `sealed it is a batch of its segment`() {
        var batch = filled(5000)
        #expect(batch.whole == 8192)
        batch.seal(.records, Sample.journal, segment: 4, first: 77, writtenAt: 1)
        let reading = BatchFormat.read(batch.bytes.span, journal: Sample.journal, segment: 4)
        guard case .batch(let head) = reading else {
            Issue.record("not a batch")
            return
        }
        #expect(head.firstSequence == 77)
        #expect(head.count == 1)
    }

    @Test(arguments: [100, 3 << 20]) func `cleared it takes records again`(size: Int) {
        var batch = filled(size)
        batch.seal(.records, Sample.journal, segment: 4, first: 77, writtenAt: 1)
        batch.clear()
        #expect(batch.isEmpty)
        #expect(batch.bytes.count == 64)
        #expect(batch.waiters.isEmpty)
    }
}
