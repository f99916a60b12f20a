import Publisher
import Testing

@Suite struct DeliveryWindowTests {
    private func filled(_ count: UInt64, after checkpoint: UInt64 = 0) -> DeliveryWindow {
        var window = DeliveryWindow(
            after: checkpoint, recordLimit: Int(count), byteLimit: 1_000_000)
        for sequence in 1...count { window.admit(checkpoint + sequence, .init(bytes: 10)) }
        return window
    }

    @Test func `the checkpoint is the highest contiguous acknowledgement`() {
        var window = filled(4)
        #expect(window.acknowledge(2) == nil)
        #expect(window.acknowledge(4) == nil)
        #expect(window.checkpoint == 0)
        #expect(window.acknowledge(1) == 2)
        #expect(window.acknowledge(3) == 4)
        #expect(window.isEmpty)
        #expect(window.bytes == 0)
    }

    @Test func `what has waited since a time is found, and where it belongs`() {
        var window = DeliveryWindow(after: 10, recordLimit: 8, byteLimit: 100)
        for (number, home) in [1, 2, 1, 3].enumerated() {
            window.admit(
                UInt64(11 + number), .init(bytes: 1, topic: home, sentAt: UInt64(number * 100)))
        }
        _ = window.acknowledge(11)
        #expect(window.waiting(since: 200).map(\.sequence) == [12, 13])
        #expect(window.waiting(since: 200).map(\.home) == [2, 1])
        #expect(window.waiting(since: 99).isEmpty)
    }

    @Test(arguments: 0..<200)
    func `any order of acknowledgements ends at the last record`(_ seed: Int) {
        var random = Random(UInt64(seed))
        let count = UInt64.random(in: 1...64, using: &random)
        let start = UInt64.random(in: 0...1_000, using: &random)
        var window = filled(count, after: start)
        var acknowledged: Set<UInt64> = []
        for sequence in (start + 1...start + count).shuffled(using: &random) {
            let moved = window.acknowledge(sequence)
            acknowledged.insert(sequence)
            var expected = start
            while acknowledged.contains(expected + 1) { expected += 1 }
            #expect(window.checkpoint == expected)
            #expect(moved == (expected >= sequence ? expected : nil))
            #expect(window.records == Int(count) - acknowledged.count)
            #expect(acknowledged.allSatisfy { window.isAcknowledged($0) })
        }
        #expect(window.checkpoint == start + count)
        #expect(window.bytes == 0)
    }

    @Test(arguments: 0..<200)
    func `records sent again after failures are the unacknowledged ones`(_ seed: Int) {
        var random = Random(UInt64(seed) + 1_000)
        var window = DeliveryWindow(after: 0, recordLimit: 8, byteLimit: 100)
        var delivered: Set<UInt64> = []
        while window.checkpoint < 40 {
            for sequence in window.checkpoint + 1...window.checkpoint + 8 {
                #expect(window.isAcknowledged(sequence) == delivered.contains(sequence))
                guard !delivered.contains(sequence) else { continue }
                guard window.hasRoom(for: sequence, bytes: 20) else { break }
                window.admit(sequence, .init(bytes: 20))
            }
            #expect(window.bytes <= 100)
            for sequence in window.checkpoint + 1...window.checkpoint + 8
            where window.entry(of: sequence) != nil && Bool.random(using: &random) {
                delivered.insert(sequence)
                _ = window.acknowledge(sequence)
            }
            window.forgetUnacknowledged()
            #expect(window.isEmpty)
        }
        #expect((1...window.checkpoint).allSatisfy { delivered.contains($0) })
    }

    @Test func `neither records nor bytes exceed their bounds`() {
        var window = DeliveryWindow(after: 5, recordLimit: 2, byteLimit: 100)
        #expect(window.hasRoom(for: 6, bytes: 1_000))
        window.admit(6, .init(bytes: 60))
        #expect(!window.hasRoom(for: 7, bytes: 41))
        window.admit(7, .init(bytes: 40))
        #expect(!window.hasRoom(for: 8, bytes: 0))
        #expect(window.acknowledge(7) == nil)
        #expect(!window.hasRoom(for: 8, bytes: 0))
        #expect(window.acknowledge(6) == 7)
        #expect(window.hasRoom(for: 8, bytes: 100))
    }

    @Test func `a single record larger than the bound still goes`() {
        var window = DeliveryWindow(after: 0, recordLimit: 10, byteLimit: 100)
        window.admit(1, .init(bytes: 500))
        #expect(!window.hasRoom(for: 2, bytes: 1))
        _ = window.acknowledge(1)
        #expect(window.hasRoom(for: 2, bytes: 1))
    }

    @Test func `an acknowledgement twice, or of what never went, changes nothing`() {
        var window = filled(3)
        #expect(window.acknowledge(1) == 1)
        #expect(window.acknowledge(1) == nil)
        #expect(window.acknowledge(9) == nil)
        #expect(window.records == 2)
    }

    @Test func `the oldest is the lowest on its way`() {
        var window = filled(3)
        #expect(window.oldest == 1)
        _ = window.acknowledge(1)
        _ = window.acknowledge(2)
        #expect(window.oldest == 3)
        window.withdraw(3)
        #expect(window.oldest == nil)
        #expect(window.bytes == 0)
    }
}

/// A generator that a seed makes repeat itself (SplitMix64).
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
