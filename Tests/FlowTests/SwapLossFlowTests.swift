import Glibc
import Kafka
import Support
import Testing

// What a state that is rebuilt from a cut or recreated topic may become, and the way out.
extension Flows.GapFlowTests {
    func replay(
        _ installation: Installation, _ options: String...
    ) throws -> (code: ProcessEnd, text: String) {
        let end = try installation.end(["replay", "--swap"] + options, upTo: .seconds(120))
        return (end.end, end.output + end.errors)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a swap that would lose events is refused, and takes their loss only when told to`()
        throws
    {
        let installation = try installation()
        let writer = try TopicWriter(installation.kafka)
        let foreign = ForeignRecord("order.updated", key: "order-0", value: Array("x".utf8))
        try writer.write([foreign] + records(0..<10))
        let process = try consume(installation, "stop")
        let whole = try state(of: [0..<10], and: 0..<0)
        try installation.waitForState(whole, upTo: .seconds(30))
        try cut(installation, before: 6)

        let refused = try replay(installation)
        #expect(refused.code == .exited(1), "\(refused.text)")
        #expect(refused.text.contains("lacks 5 events that the live state has"))
        #expect(refused.text.contains("order.updated of order order-0, from \(topic)[0]@1"))
        #expect(refused.text.contains("\(topic)[0] lacks records from 1 to 5"))
        #expect(try installation.export() == whole)
        #expect(try gaps(installation).isEmpty)

        let taken = try replay(installation, "--accept-loss")
        #expect(taken.code == .exited(0), "\(taken.text)")
        try installation.waitForState(state(of: [5..<10], and: 0..<0), upTo: .seconds(30))
        let gap = try #require(gaps(installation).first)
        #expect(gap.contains(#""first":1,"#) && gap.contains(#""reason":"accepted""#), "\(gap)")
        let before = try #require(gaps(installation, before: true).first)
        #expect(before.contains(#""first":0,"last":5,"#), "\(before)")
        let letters = try installation.run("dead-letters", "ls", "-o", "json")
        #expect(letters.split(separator: "\n").count == 1, "it is carried over: \(letters)")

        // The gap stays with the state, and nothing more is lost.
        let again = try replay(installation)
        #expect(again.code == .exited(0), "\(again.text)")
        #expect(try gaps(installation).count == 1)
        try waitUntilReady(installation)
        try stop(process)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func `a topic that was recreated while consume stood still is noticed`(
        restarted: Bool
    ) throws {
        let installation = try installation()
        try TopicWriter(installation.kafka).write(records(0..<50))
        var process = try consume(installation, "stop")
        let before = try state(of: [0..<50], and: 0..<0)
        try installation.waitForState(before, upTo: .seconds(30))
        try waitUntilReady(installation)

        process.send(SIGSTOP)
        try remove(installation)
        try make(installation, partitions: 1)
        try TopicWriter(installation.kafka).write(records(100..<200))
        // Longer than what counts as a pause.
        let stopped = ContinuousClock.now
        try eventually("the pause to be one", upTo: .seconds(20)) {
            ContinuousClock.now - stopped > .seconds(6)
        }
        process.send(SIGCONT)
        if restarted {
            try eventually("consume to have looked", upTo: .seconds(30)) {
                process.errors.contains("the process stood still")
            }
            process.crash()
            process = try consume(installation, "stop")
        }
        try waitForReason("is not the one that was applied", installation)
        #expect(try installation.export() == before, "nothing of the new topic was applied")
        try stop(process)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a topic that was recreated with fewer partitions stops no other topic`() throws {
        let installation = try installation(3)
        try TopicWriter(installation.kafka).write(
            records(0..<30) + records(30..<45, "order.cancelled"))
        let process = try consume(installation, "stop")
        try installation.waitForState(state(of: [0..<30], and: 30..<45), upTo: .seconds(30))
        try remove(installation)
        try make(installation, partitions: 2)
        try waitForReason("has only 2 partitions now", installation)
        try waitForReason("the partition ends at 0, before the next offset", installation)
        for round in 3..<6 {
            // Behind a check of every partition, whose record comes first.
            try TopicWriter(installation.kafka).write(
                records(round * 15..<round * 15 + 15, "order.cancelled"))
            try installation.waitForState(
                state(of: [0..<30], and: 30..<round * 15 + 15), upTo: .seconds(30))
        }
        #expect(try installation.metric("consume", "hookline_consumer_stopped_partitions") == 3)
        try stop(process)
    }

    @Test(.timeLimit(.minutes(5)))
    func `what arrives while consume stands still is applied, every time`() throws {
        let installation = try installation()
        let writer = try TopicWriter(installation.kafka)
        try writer.write(records(0..<10))
        let process = try consume(installation, "stop")
        try installation.waitForState(state(of: [0..<10], and: 0..<0), upTo: .seconds(30))
        for round in 1...3 {
            process.send(SIGSTOP)
            try writer.write(records(round * 10..<round * 10 + 10))
            let stopped = ContinuousClock.now
            try eventually("the pause to be one", upTo: .seconds(20)) {
                ContinuousClock.now - stopped > .seconds(6)
            }
            process.send(SIGCONT)
            try installation.waitForState(
                state(of: [0..<round * 10 + 10], and: 0..<0), upTo: .seconds(30))
        }
        try waitUntilReady(installation)
        try stop(process)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [10, 4])
    func `a topic that was recreated is taken up as the message advises`(restored: Int) throws {
        let installation = try installation()
        try TopicWriter(installation.kafka).write(records(0..<10))
        let process = try consume(installation, "stop")
        try installation.waitForState(state(of: [0..<10], and: 0..<0), upTo: .seconds(30))
        try remove(installation)
        try make(installation, partitions: 1)
        try waitForReason("then `hookline replay --swap`", installation)
        // As `journal requeue` does, as far as the journal still has them.
        try TopicWriter(installation.kafka).write(records(0..<restored))

        var end = try replay(installation)
        if restored < 10 {
            #expect(end.code == .exited(1), "\(end.text)")
            #expect(end.text.contains("--accept-loss"), "\(end.text)")
            end = try replay(installation, "--accept-loss")
        }
        #expect(end.code == .exited(0), "\(end.text)")
        try installation.waitForState(
            state(of: [0..<restored], and: 0..<0), upTo: .seconds(30))
        try waitUntilReady(installation)
        #expect(try gaps(installation).isEmpty == (restored == 10))

        // It reads on in the new topic.
        try TopicWriter(installation.kafka).write(records(20..<23))
        try installation.waitForState(
            state(of: [0..<restored, 20..<23], and: 0..<0), upTo: .seconds(30))
        try stop(process)
    }
}
