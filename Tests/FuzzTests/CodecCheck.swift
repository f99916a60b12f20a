import Events
import Files

@testable import Journal

/// The journal's formats: what reads is written again with the same bytes, and no bytes trap.
///
/// The first byte says what the rest is. A checksum that stands for the whole is put right first,
/// or no changed byte would ever come through to what is read behind it.
enum CodecCheck {
    static let journal = JournalID(high: 0x1122_3344_5566_7788, low: 0x99AA_BBCC_DDEE_FF00)
    static let segment: UInt64 = 9

    static func run(_ bytes: [UInt8]) throws {
        var input = ByteReader(bytes)
        switch input.byte() % 5 {
        case 0: try checkAsItIs(input.remainder())
        case 1: try checkRecords(input.remainder())
        case 2: try checkEntries(&input)
        case 3: try checkIds(&input)
        default: try checkPages(input.remainder())
        }
    }

    /// Nothing is put right.
    private static func checkAsItIs(_ bytes: [UInt8]) throws {
        let reading = BatchFormat.read(bytes.span, journal: journal, segment: segment)
        switch reading {
        case .absent: break
        case .torn(let whole): try hold(whole > 0, "a torn batch of nothing")
        case .corrupt(let reason): try hold(!reason.isEmpty, "corrupt, and nobody knows why")
        case .batch(let head): try checkBatch(Array(bytes[..<head.whole]), head)
        }
        if let layout = RecordLayout(bytes.span, at: 0) { _ = try read(bytes, layout, 0) }
        if let id = IdentityFormat.read(bytes.span) {
            try same(IdentityFormat.bytes(id), bytes, "the identity, written again")
        }
        for kind in [CheckpointHead.Kind.publish, .ids] {
            guard let (head, _) = CheckpointHead.read(bytes.span, kind, journal) else { continue }
            try checkHead(head, kind)
        }
    }

    private static func checkHead(_ head: CheckpointHead, _ kind: CheckpointHead.Kind) throws {
        let page = head.page(kind, journal)
        let again = CheckpointHead.read(page.span, kind, journal)
        try same(again?.head, head, "a checkpoint's head, written and read")
    }

    // MARK: - Records

    /// The bytes as the records of a batch whose head and checksum are right.
    private static func checkRecords(_ bytes: [UInt8]) throws {
        var input = ByteReader(bytes)
        let count = Int(input.byte())
        let first = input.byte() == 0xFF ? UInt64.max : input.word()
        let batch = seal(input.remainder(), count: count, first: first)
        let reading = BatchFormat.read(batch.span, journal: journal, segment: segment)
        guard case .batch(let head) = reading else {
            // Numbers that there are not: writers begin at 1, and none comes so far.
            if case .corrupt = reading, first == 0 || first > .max - UInt64(count) { return }
            throw Broken(description: "a sealed batch reads as \(reading)")
        }
        try same(head.whole, batch.count, "the length of a batch")
        try checkBatch(batch, head)
        try checkDamage(batch, at: bytes)
    }

    private static func seal(_ records: [UInt8], count: Int, first: UInt64) -> [UInt8] {
        var batch = [UInt8](repeating: 0, count: BatchFormat.headBytes) + records
        BatchFormat.seal(
            &batch,
            BatchHead(
                kind: .records, journal: journal, segment: segment, firstSequence: first,
                count: count, length: records.count, writtenAt: 77))
        return batch
    }

    /// Reads the records of a sound batch as the journal's reader does.
    private static func checkBatch(_ batch: [UInt8], _ head: BatchHead) throws {
        let end = BatchFormat.headBytes + head.length
        let bytes = Array(batch[..<end])
        var position = BatchFormat.headBytes
        var records: [JournalRecord] = []
        var isCanonical = true
        while position < end {
            guard let layout = RecordLayout(bytes.span, at: position) else { break }
            try hold(layout.end > position, "a record that goes on for ever")
            let (record, written) = try read(bytes, layout, records.count)
            isCanonical = isCanonical && written.elementsEqual(bytes[position..<layout.end])
            records.append(record)
            position = layout.end
        }
        guard position == end, isCanonical, head.kind == .records, records.count == head.count
        else { return }
        let again = seal(
            records.flatMap { write($0.entry, $0.body) }, count: records.count,
            first: head.firstSequence)
        if head.writtenAt == 77 { try same(again, batch, "a batch, written again") }
    }

    /// The record and how it is written; the latter must read as the same record.
    private static func read(
        _ bytes: [UInt8], _ layout: RecordLayout, _ sequence: Int
    ) throws -> (JournalRecord, written: [UInt8]) {
        try hold(layout.end <= bytes.count, "a record beyond the end")
        try hold(layout.body.upperBound == layout.end, "a body that ends elsewhere")
        var names = NameCache()
        let record = layout.record(bytes.span, sequence: UInt64(sequence), names: &names)
        let written = write(record.entry, record.body)
        guard let again = RecordLayout(written.span, at: 0) else {
            throw Broken(description: "a record that was read is written so that it does not read")
        }
        let copy = again.record(written.span, sequence: UInt64(sequence), names: &names)
        try same(copy.body, record.body, "a body, written and read")
        try same(copy, record, "a record, written and read")
        return (record, written)
    }

    private static func write(_ entry: JournalEntry, _ body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        let length = RecordFormat.length(of: entry, bodyBytes: body.count)
        RecordFormat.append(entry, kind: entry.kind, body: body.span, length: length, to: &bytes)
        return bytes
    }

    /// One changed bit, at a place that the bytes name, is never read as the batch.
    private static func checkDamage(_ batch: [UInt8], at bytes: [UInt8]) throws {
        var input = ByteReader(bytes.reversed())
        var damaged = batch
        damaged[input.below(batch.count)] ^= 1 << (input.byte() % 8)
        switch BatchFormat.read(damaged.span, journal: journal, segment: segment) {
        case .absent, .torn: break
        case .batch, .corrupt: throw Broken(description: "a changed bit goes unseen")
        }
        let cut = input.below(batch.count)
        let reading = BatchFormat.read(
            batch.span.extracting(0..<cut), journal: journal, segment: segment)
        try same(
            reading, cut < BatchFormat.headBytes ? .absent : .torn(whole: batch.count),
            "a batch cut to \(cut)")
    }

    // MARK: - Entries

    /// Entries made of the bytes, written and read.
    private static func checkEntries(_ input: inout ByteReader) throws {
        var records: [(JournalEntry, [UInt8])] = []
        var bytes: [UInt8] = []
        while !input.isEmpty, records.count < 64 {
            let body = input.bytes(Int(input.byte()))
            let entry = entry(&input, body)
            records.append((entry, body))
            bytes += write(entry, body)
        }
        let batch = seal(bytes, count: records.count, first: 7)
        let reading = BatchFormat.read(batch.span, journal: journal, segment: segment)
        guard case .batch(let head) = reading else {
            throw Broken(description: "a sealed batch reads as \(reading)")
        }
        var position = BatchFormat.headBytes
        var names = NameCache()
        for (number, (entry, body)) in records.enumerated() {
            guard let layout = RecordLayout(batch.span, at: position) else {
                throw Broken(description: "a written record does not read")
            }
            let record = layout.record(batch.span, sequence: UInt64(number), names: &names)
            try same(record.entry, entry, "an entry")
            try same(record.body, body, "a body")
            let type = layout.range(of: .type) ?? position..<position
            let key = DedupKey(
                type: batch.span.extracting(type), eventID: layout.eventID(batch.span),
                bodyHash: layout.bodyHash(batch.span))
            try same(key, DedupKey(entry), "the key by which recovery knows it")
            position = layout.end
        }
        try same(position, BatchFormat.headBytes + head.length, "the end of the records")
        try checkBatch(batch, head)
    }

    private static func entry(_ input: inout ByteReader, _ body: [UInt8]) -> JournalEntry {
        let present = input.byte()
        func text(_ bit: UInt8) -> String? {
            present & 1 << bit == 0 ? nil : input.text(Int(input.byte()) * (bit == 0 ? 300 : 1))
        }
        let reason = QuarantineReason(code: input.byte() % 16)
        return JournalEntry(
            kind: reason.map { .quarantined($0) } ?? .event,
            receivedAt: Timestamp(
                seconds: Int64(bitPattern: input.word()), nanoseconds: Int32(input.below(1 << 16))),
            type: text(0), key: text(1),
            eventID: present & 0x80 == 0 ? nil : EventID(high: input.word(), low: input.word()),
            eventIDText: text(2), occurredAtText: text(3), bodyHash: BodyHash(hashing: body.span),
            traceparent: text(4), apiKeyName: text(5) ?? "")
    }

    // MARK: - Checkpoints

    /// The bytes as a checkpoint's page.
    private static func checkPages(_ bytes: [UInt8]) throws {
        var page = Array(bytes.prefix(CheckpointHead.pageBytes))
        page += [UInt8](repeating: 0, count: CheckpointHead.pageBytes - page.count)
        page.store(CheckpointHead.Kind.publish.rawValue, at: 0)
        page.store(CheckpointHead.version, at: 8)
        page.store(journal.high, at: 16)
        page.store(journal.low, at: 24)
        page.store(CheckpointHead.checksum(page.span), at: 12)
        // Lanes that do not fit the page are refused.
        guard let (head, sum) = CheckpointHead.read(page.span, .publish, journal) else { return }
        try same(sum, CheckpointHead.checksum(page.span), "the checksum of a page")
        try checkHead(head, .publish)
    }

    /// The bytes as the ids of version 0.1.0; what reads is written to a ring and says the same.
    private static func checkIds(_ input: inout ByteReader) throws {
        var configuration = DedupConfiguration()
        configuration.maxIds = 1000
        configuration.chunkEntries = 64
        let marks = UInt64(input.byte())
        let first = input.byte() < 250 ? UInt64(input.byte()) : input.word()
        let count = input.byte() < 250 ? UInt64(input.byte()) : input.word()
        let head = CheckpointHead(
            generation: 1, through: first &+ count &- 1, first: first, marks: marks)
        let rest = input.remainder()
        let page = head.page(.ids, journal)
        let file = MemoryFile("ids", bytes: page + rest)
        let sum = rest.span.crc32c(after: CheckpointHead.checksum(page.span))
        guard
            let (whole, index) = try FormerIds.read(
                head, CheckpointHead.checksum(page.span), file, configuration)
        else { return }
        try hold(index.count <= 1000, "more ids than are kept")
        try same(index.next, head.through + 1, "the record that comes next")
        let read = Int(marks) * 16 + Int(count) * 32
        if read == rest.count { try same(whole, sum, "the checksum") }
        try checkIndex(index, configuration)
    }

    private static func checkIndex(
        _ index: DedupIndex, _ configuration: DedupConfiguration
    ) throws {
        let folder = JournalFolder(path: "journal", files: MemoryFiles())
        guard index.next > index.entries.first else { return }
        var ring = try IdsRing(in: folder, journal: journal, configuration)
        try ring.write(
            index.chunks(after: 0, through: index.next - 1, onlyFull: false, atMost: ring.room))
        try same(ring.covered, index.next - 1, "what is covered")
        var other = try IdsRing(in: folder, journal: journal, configuration)
        let again = try other.load(configuration, segmentsFrom: .max).index
        for sequence in index.entries.first..<index.next {
            let key = index.entries.key(sequence)
            try same(again.entries.key(sequence), key, "a key, written and read")
            try same(again.answer(key), index.answer(key), "what is known of a key")
            guard index.entries.code(sequence) != DedupEntries.absent else { continue }
            guard case .known = index.answer(key) else {
                throw Broken(description: "an id that is there is not known")
            }
        }
        try same(again.next, index.next, "the record that comes next")
    }
}
