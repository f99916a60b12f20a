import Events
import Files
import Telemetry

@testable import Journal

/// A folder with a few batches in a few segments, damaged as the bytes say, and recovered.
///
/// What is damaged behind the checksum's back is found, cut or refused: no batch that stands
/// before or among sound ones is ever lost without a word, and a second recovery finds what the
/// first one left. Whatever the damage, what one recovery accepts the next one accepts.
enum RecoveryCheck {
    private static let folder = JournalFolder(path: "journal", files: MemoryFiles())

    private static var configuration: JournalConfiguration {
        var configuration = JournalConfiguration()
        configuration.folder = folder.path
        configuration.segmentBytes = 16 << 10
        configuration.batchBytes = 8 << 10
        configuration.dedup.maxIds = 1000
        configuration.dedup.chunkEntries = 64
        return configuration
    }

    /// Within the window of what is written below.
    private static let now = Moment(seconds: 1_700_000_060, monotonic: 0)

    /// A batch as it was written.
    private struct Written {
        let segment: UInt64
        let offset: Int
        let bytes: [UInt8]
        let last: UInt64
    }

    static func run(_ bytes: [UInt8]) throws {
        var input = ByteReader(bytes)
        let files = MemoryFiles()
        let folder = JournalFolder(path: folder.path, files: files)
        files.put(IdentityFormat.bytes(CodecCheck.journal), at: folder.identity)
        let written = write(&input, folder, files)
        let harm = try damage(&input, folder, files)
        let damaged = files.contents
        let sound = written.filter { batch in
            damaged[folder.segment(batch.segment)]?.dropFirst(batch.offset)
                .starts(with: batch.bytes) ?? false
        }
        guard case .success(let first) = try recover(folder) else { return }
        if harm == .ofTheDisk {
            let last = sound.map(\.last).max() ?? 0
            try hold(
                first.next > last,
                "sound batches reach to \(last), and recovery only to \(first.next - 1)")
            try hold(
                first.next <= (written.last?.last ?? 0) + 1, "records that nobody wrote")
        }
        let second: Outcome
        do {
            second = try recover(folder).get()
        } catch {
            throw Broken(description: "what was recovered is refused at the next start: \(error)")
        }
        if harm == .ofTheDisk {
            try same(second, first, "a second recovery")
            try checkLost(first, folder, sound)
        }
    }

    private struct Outcome: Equatable {
        let next: UInt64
        let published: PublishPosition
        let segments: [UInt64]
        let ends: [Int]
        let keys: [String]
    }

    /// What recovery makes of the folder, or why it refuses it.
    private static func recover(_ folder: JournalFolder) throws -> Result<Outcome, any Error> {
        let recovered: Recovered
        do {
            recovered = try Recovery(folder, configuration, log: .silent).run()
        } catch {
            try hold(!"\(error)".isEmpty, "refused without a word")
            return .failure(error)
        }
        let index = recovered.index
        // A segment whose only batch was cut holds nothing: it counts as the one that follows.
        let segments = recovered.segments.filter { $0.used > 0 }
        let outcome = Outcome(
            next: index.next, published: recovered.published,
            segments: segments.map(\.number), ends: segments.map(\.used),
            keys: (index.entries.first..<index.next).map { "\(index.entries.key($0))" })
        return .success(outcome)
    }

    /// Sound batches are still there as they were, byte for byte.
    private static func checkLost(
        _ outcome: Outcome, _ folder: JournalFolder, _ sound: [Written]
    ) throws {
        for batch in sound where outcome.segments.contains(batch.segment) {
            let bytes = try folder.files.contents(of: folder.segment(batch.segment))
            try hold(
                bytes.dropFirst(batch.offset).starts(with: batch.bytes),
                "recovery changed the batch that ends with \(batch.last)")
        }
    }

    // MARK: - Writing

    private static func write(
        _ input: inout ByteReader, _ folder: JournalFolder, _ files: MemoryFiles
    ) -> [Written] {
        var written: [Written] = []
        var sequence: UInt64 = 1
        let segments = UInt64(input.byte() % 3 + 1)
        for segment in 1...segments {
            var bytes: [UInt8] = []
            for _ in 0..<input.byte() % 4 {
                let records = Int(input.byte() % 5)
                let batch = batch(records, segment: segment, first: sequence)
                sequence += UInt64(records)
                written.append(
                    Written(
                        segment: segment, offset: bytes.count, bytes: batch, last: sequence - 1))
                bytes += batch
            }
            bytes.addZeros(max(0, configuration.fileBytes - bytes.count))
            files.put(bytes, at: folder.segment(segment))
        }
        if input.byte() % 4 == 0, sequence > 1 { writeCheckpoints(&input, folder, sequence - 1) }
        return written
    }

    private static func batch(_ records: Int, segment: UInt64, first: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BatchFormat.headBytes)
        for number in 0..<records {
            let body = Array("{\"number\":\(first + UInt64(number))}".utf8)
            let entry = JournalEntry(
                kind: .event, receivedAt: Timestamp(seconds: 1_700_000_000), type: "order.updated",
                key: "order-1", eventID: EventID(high: first, low: UInt64(number)),
                bodyHash: BodyHash(hashing: body.span), apiKeyName: "main")
            let length = RecordFormat.length(of: entry, bodyBytes: body.count)
            RecordFormat.append(entry, kind: .event, body: body.span, length: length, to: &bytes)
        }
        BatchFormat.seal(
            &bytes,
            BatchHead(
                kind: records == 0 ? .endMark : .records, journal: CodecCheck.journal,
                segment: segment, firstSequence: first, count: records,
                length: bytes.count - BatchFormat.headBytes, writtenAt: 1_700_000_000))
        return bytes
    }

    private static func writeCheckpoints(
        _ input: inout ByteReader, _ folder: JournalFolder, _ last: UInt64
    ) {
        var files = try? CheckpointFiles(
            .publish, in: folder, journal: CodecCheck.journal, bytes: CheckpointHead.pageBytes)
        for _ in 0..<input.byte() % 3 {
            try? files?.write(
                PublishPosition(through: UInt64(input.below(Int(last) + 1))))
        }
    }

    // MARK: - Damage

    private enum Harm: Int {
        /// Bytes that changed, and checksums that did not.
        case ofTheDisk
        /// Some checksum was put right, as only a fault of ours could.
        case sealedAnew
        /// A file is missing: what it held was told nowhere else.
        case fileGone
    }

    /// Changes files.
    private static func damage(
        _ input: inout ByteReader, _ folder: JournalFolder, _ files: MemoryFiles
    ) throws -> Harm {
        let paths = files.contents.keys.filter { $0 != folder.identity }.sorted()
        guard !paths.isEmpty else { return .ofTheDisk }
        var harm = Harm.ofTheDisk
        for _ in 0..<8 where !input.isEmpty {
            let path = paths[input.below(paths.count)]
            guard var bytes = files.contents[path] else { continue }
            switch input.byte() % 6 {
            case 0:
                let offset = offset(&input, bytes)
                if offset < bytes.count { bytes[offset] ^= input.byte() | 1 }
            case 1: bytes.removeLast(min(bytes.count, input.below(1 << 15)))
            case 2:
                let start = offset(&input, bytes)
                let end = min(bytes.count, start + input.below(1 << 14))
                if start < end { for index in start..<end { bytes[index] = 0 } }
            case 3:
                let offset = offset(&input, bytes)
                let patch = input.bytes(Int(input.byte() % 16))
                guard offset + patch.count <= bytes.count else { continue }
                bytes.replaceSubrange(offset..<offset + patch.count, with: patch)
            case 4:
                if sealAnew(&input, &bytes), harm == .ofTheDisk { harm = .sealedAnew }
            default:
                files.remove(path)
                harm = .fileGone
                continue
            }
            files.put(bytes, at: path)
        }
        return harm
    }

    /// Most of a segment is zeros: half of the offsets lie in the heads.
    private static func offset(_ input: inout ByteReader, _ bytes: [UInt8]) -> Int {
        let page = input.below(max(1, bytes.count / BatchFormat.alignment + 1))
        let within = input.byte() % 2 == 0 ? Int(input.byte() % 128) : input.below(4096)
        return page * BatchFormat.alignment + within
    }

    /// Patches a batch and puts its checksum right.
    private static func sealAnew(_ input: inout ByteReader, _ bytes: inout [UInt8]) -> Bool {
        let start = input.below(bytes.count / BatchFormat.alignment + 1) * BatchFormat.alignment
        let place = start + Int(input.byte() % 192)
        let patch = input.bytes(Int(input.byte() % 16))
        guard start + 192 + 16 <= bytes.count, !patch.isEmpty else { return false }
        bytes.replaceSubrange(place..<place + patch.count, with: patch)
        let length = Int(bytes.span.integer(at: start + 52, as: UInt32.self))
        let whole = BatchFormat.padded(BatchFormat.headBytes + length)
        guard start + whole <= bytes.count else { return true }
        let batch = Array(bytes[start..<start + whole])
        let front = batch.span.extracting(0..<12).crc32c()
        let checksum = batch.span.extracting(16..<whole).crc32c(after: front)
        bytes.store(checksum, at: start + 12)
        return true
    }
}
