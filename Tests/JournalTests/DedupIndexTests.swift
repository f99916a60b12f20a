import Events
import Testing

@testable import Journal

struct DedupIndexTests {
    /// What the index must answer, by looking at every entry.
    private struct Model {
        struct Entry {
            let sequence: UInt64
            let key: DedupKey
            let code: UInt8
            var seconds: Int64
            /// One that nobody finds.
            var isAbsent = false
        }

        var entries: [Entry] = []
        let window: Int64
        let maxIds: Int

        mutating func expire(_ now: Int64) {
            while let first = entries.first, first.seconds < now - window { entries.removeFirst() }
        }

        mutating func append(_ entry: Entry) {
            let others = entries.count {
                $0.key.id == entry.key.id && $0.code != 0 && !$0.isAbsent
            }
            if entries.count == maxIds { entries.removeFirst() }
            // While a clock is behind an earlier arrival, the record counts as arrived then.
            var entry = entry
            entry.isAbsent = entry.code != 0 && others >= DedupIndex.quarantinedBodies
            entry.seconds = max(entry.seconds, entries.last?.seconds ?? .min)
            entries.append(entry)
        }

        func answer(_ key: DedupKey) -> DedupIndex.Answer {
            let entries = entries.filter { !$0.isAbsent }
            let same = entries.filter { $0.key.high == key.high && $0.key.low == key.low }
            if let known = same.first(where: { $0.key.body == key.body }) {
                let reason = QuarantineReason(code: known.code)
                return .known(known.sequence, reason.map { .quarantined($0) } ?? .accepted)
            }
            return .new(
                conflict: same.contains { $0.code == 0 },
                underAnotherType: entries.contains {
                    $0.key.id == key.id && ($0.key.high, $0.key.low) != (key.high, key.low)
                })
        }
    }

    private static func key(_ random: inout SplitMix) -> DedupKey {
        // Few of each, so that all cases come: ids fall into few slots, too.
        let id = UInt64.random(in: 0..<40, using: &random)
        let type = UInt64.random(in: 0..<3, using: &random)
        return DedupKey(
            high: id, low: type, body: UInt64.random(in: 0..<3, using: &random),
            id: id % 20 << 52 | id % 3)
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `it answers as the model does`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var configuration = DedupConfiguration()
        configuration.windowHours = 0.01
        configuration.maxIds = seed % 2 == 0 ? 30 : 1000
        let first = UInt64.random(in: 1..<20_000, using: &random)
        var index = DedupIndex(configuration, next: first)
        var model = Model(window: 36, maxIds: configuration.maxIds)
        var now: Int64 = 1000
        for _ in 0..<4000 {
            now += Int64.random(in: 0..<40, using: &random) / 39
            if Int.random(in: 0..<500, using: &random) == 0 { now -= 5 }
            if Int.random(in: 0..<500, using: &random) == 0 { now += 50 }
            index.expire(now: now)
            model.expire(now)
            let key = Self.key(&random)
            #expect(index.answer(key) == model.answer(key))
            if Int.random(in: 0..<4, using: &random) > 0 {
                let code = UInt8.random(in: 0..<3, using: &random)
                model.append(.init(sequence: index.next, key: key, code: code, seconds: now))
                index.append(key, code: code, receivedAt: now)
            }
            if Int.random(in: 0..<20, using: &random) == 0, index.count > 3 {
                index.removeLast(downTo: index.next - 2)
                model.entries.removeLast(2)
            }
            #expect(index.count == model.entries.count)
        }
    }

    @Test func `what goes before its time is counted`() {
        var configuration = DedupConfiguration()
        configuration.maxIds = 10
        var index = DedupIndex(configuration, next: 1)
        for number in 0..<25 as Range<UInt64> {
            index.append(
                DedupKey(high: number, low: 0, body: 0, id: number), code: 0, receivedAt: 0)
        }
        #expect(index.count == 10)
        #expect(index.droppedEarly == 15)
        index.expire(now: 100 * 3600)
        #expect(index.count == 0)
        #expect(index.droppedEarly == 15)
    }

    @Test func `what is not on disk is not forgotten, by number or by time`() {
        var configuration = DedupConfiguration()
        configuration.maxIds = 3
        configuration.windowHours = 1
        var index = DedupIndex(configuration, next: 1)
        index.markDurable(through: 0)
        for number in 1...6 as ClosedRange<UInt64> {
            index.append(
                DedupKey(high: number, low: 0, body: 0, id: number), code: 0, receivedAt: 0)
        }
        index.expire(now: 100 * 3600)
        #expect(index.count == 6)
        index.markDurable(through: 2)
        #expect(index.count == 4)
        #expect(index.droppedEarly == 2)
        index.markDurable(through: 6)
        #expect(index.count == 3)
        #expect(index.droppedEarly == 3)
        index.expire(now: 100 * 3600)
        #expect(index.count == 0)
    }

    @Test func `past the window all are unknown at once, and their entries go a few at a time`() {
        var configuration = DedupConfiguration()
        configuration.windowHours = 1
        var index = DedupIndex(configuration, next: 1)
        func key(_ number: UInt64) -> DedupKey {
            DedupKey(high: number, low: 0, body: 0, id: number)
        }
        for number in 1...10_000 as ClosedRange<UInt64> {
            index.append(key(number), code: 0, receivedAt: 0)
        }
        index.expire(now: 3600)
        #expect(index.count == 10_000)
        var now: Int64 = 3601
        for number in 10_001...13_000 as ClosedRange<UInt64> {
            let before = index.entries.count
            index.expire(now: now)
            #expect(before - index.entries.count <= 4)
            #expect(index.answer(key(number - 10_000)) != .known(number - 10_000, .accepted))
            index.append(key(number), code: 0, receivedAt: now)
            #expect(index.count == Int(number) - 10_000)
            now += 1
        }
        #expect(index.entries.count == index.count)
        #expect(index.droppedEarly == 0)
    }

    @Test func `one id with many bodies is looked through in a few steps`() {
        var index = DedupIndex(DedupConfiguration(), next: 1)
        func key(_ body: UInt64) -> DedupKey { DedupKey(high: 1, low: 2, body: body, id: 3) }
        index.append(key(0), code: 0, receivedAt: 0)
        for body in 1...60_000 as ClosedRange<UInt64> {
            index.append(key(body), code: 8, receivedAt: 0)
        }
        #expect(index.answer(key(0)) == .known(1, .accepted))
        #expect(index.answer(key(16)) == .known(17, .quarantined(.conflict)))
        #expect(index.answer(key(17)) == .new(conflict: true, underAnotherType: false))
        #expect(index.isCapped(key(17)))
        #expect(!index.isCapped(DedupKey(high: 1, low: 2, body: 0, id: 4)))
    }

    @Test func `a lone id that comes when all have gone lives its whole window`() {
        var configuration = DedupConfiguration()
        configuration.windowHours = 1
        var index = DedupIndex(configuration, next: 1)
        let key = DedupKey(high: 1, low: 2, body: 3, id: 4)
        index.append(key, code: 0, receivedAt: 0)
        index.expire(now: 5000)
        index.append(key, code: 0, receivedAt: 5000)
        index.expire(now: 5000 + 3600)
        #expect(index.answer(key) == .known(2, .accepted))
        #expect(index.arrival(of: 2) == 5000)
    }

    @Test func `an index of a hundred thousand finds each of them`() {
        var index = DedupIndex(DedupConfiguration(), next: 1)
        var random = SplitMix(seed: 7)
        let keys = (0..<100_000).map { _ in
            DedupKey(high: random.next(), low: random.next(), body: 0, id: random.next())
        }
        for key in keys { index.append(key, code: 0, receivedAt: 0) }
        for (number, key) in keys.enumerated() {
            #expect(index.answer(key) == .known(UInt64(number + 1), .accepted))
        }
    }
}

/// Random numbers that are the same for the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
