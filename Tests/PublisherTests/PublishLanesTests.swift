import Journal
import Testing

@testable import Kafka
@testable import Publisher

@Suite struct PublishLanesTests {
    private func lanes(_ names: [String] = ["q", "a", "b"]) -> PublishLanes {
        PublishLanes(names: names, routes: 7, recordLimit: 20, byteLimit: 1_000)
    }

    @Test func `a topic that is held stands in the position from its first record on`() {
        var lanes = lanes()
        lanes.hold(1, now: 0)
        #expect(lanes.position(through: 9) == PublishPosition(through: 9))
        for sequence: UInt64 in [10, 12] {
            let isPassed = lanes.pass(sequence, of: 1)
            #expect(isPassed)
        }
        let behind = [PublishPosition.Lane(topic: "a", first: 10)]
        #expect(
            lanes.position(through: 12) == PublishPosition(through: 12, lanes: behind, routes: 7))
    }

    @Test func `a held topic is tried again later and later, and at once after a success`() {
        var lanes = lanes()
        var waits: [UInt64] = []
        for _ in 0..<20 {
            lanes.hold(1, now: 0)
            waits.append((0...).first { lanes.due(now: $0 * 100_000_000) == 1 } ?? 0)
        }
        #expect(waits == waits.sorted())
        #expect(waits[0] == 1)
        #expect(waits[19] == 100)
    }

    @Test func `a topic of which nothing arrives is tried after 5 s, and at last once a minute`() {
        var lanes = lanes()
        var waits: [UInt64] = []
        for _ in 0..<12 {
            lanes.hold(1, isStalled: true, now: 0)
            waits.append((0...).first { lanes.due(now: $0 * 100_000_000) == 1 } ?? 0)
        }
        #expect(waits == waits.sorted())
        #expect(waits[0] == 50)
        #expect(waits[11] == 600)
    }

    @Test func `where nothing was passed over, the topic is as any when it is back`() {
        var lanes = lanes()
        lanes.hold(2, now: 0)
        let hasRecords = lanes.begin(2)
        #expect(!hasRecords)
        #expect(lanes.isEmpty)
    }

    @Test func `a lane that the checkpoint has no room for makes its records wait`() {
        let names = (0..<40).map { String(repeating: "x", count: 240) + "\($0)" }
        var lanes = lanes(names)
        for topic in names.indices { lanes.hold(topic, now: 0) }
        let passed = names.indices.filter { lanes.pass(UInt64($0 + 1), of: $0) }
        #expect(passed.count >= 12 && passed.count < 20)
        #expect(lanes.position(through: 40).lanes.count == passed.count)
        // What is listed already is passed over further on.
        let isPassed = lanes.pass(50, of: passed[0])
        #expect(isPassed)
    }

    @Test func `a position that was taken up is the position again`() {
        var lanes = lanes()
        let position = PublishPosition(
            through: 30,
            lanes: [
                PublishPosition.Lane(topic: "b", first: 3),
                PublishPosition.Lane(topic: "q", first: 9),
            ], routes: 7)
        lanes.resume(position)
        #expect(lanes.position(through: 30) == position)
        #expect(lanes.due(now: 0) != nil)
    }

    /// Topics fail and come back, clients break, processes crash: every record of every topic
    /// arrives, in its order; once where nothing crashed, and always in transactions.
    @Test(arguments: 0..<400)
    func `whatever fails, all arrives in its topic's order`(_ seed: Int) {
        var model = LaneModel(seed: UInt64(seed), isTransactional: seed.isMultiple(of: 2))
        let isDone = model.run()
        #expect(isDone, "seed \(seed): it does not come to an end")
        for (topic, arrived) in model.arrived {
            var seen: Set<UInt64> = []
            let firsts = arrived.filter { seen.insert($0).inserted }
            #expect(firsts == model.expected(of: topic), "seed \(seed), topic \(topic)")
            if model.isTransactional || model.crashes == 0 {
                #expect(arrived.count == firsts.count, "seed \(seed), topic \(topic): doubled")
            }
        }
        #expect(model.arrived.keys.count == 3)
    }
}
