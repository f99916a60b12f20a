import Journal
import Support
import Testing
import Threads

@testable import Kafka
@testable import Publisher

// Topics that cannot be written: their records wait, the others go on.
extension PublishLoopTests {
    @Test func `what not even the quarantine takes holds its own topic up, and is said`() throws {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 70_000)
        let loop = loop(bodyLimit: 2_000)
        try run(loop) {
            journal.append()
            journal.append(body: large)
            journal.append(type: "license.created", key: "license-1")
            journal.append()
            try eventually("the topic to be held") {
                loop.unwritableTopics["t.order.updated"] != nil
            }
            try eventually("the others to go on") { journal.published == 4 }
            #expect(
                journal.position.lanes
                    == [PublishPosition.Lane(topic: "t.order.updated", first: 2)])
            #expect(try published("t.license.created") == ["license-1": [3]])
        }
    }

    @Test func `a missing topic holds up its own records only, and is found when it is made`()
        throws
    {
        cluster.setError(.unknownTopicOrPartition, ofTopic: "t.order.submitted")
        let loop = loop()
        try run(loop) {
            journal.append()
            journal.append(type: "order.submitted")
            append(20)
            journal.append(type: "order.submitted")
            try eventually("the topic to be missed") {
                loop.unwritableTopics["t.order.submitted"] != nil
            }
            try eventually("the others to go on") { journal.published == 23 }
            #expect(journal.position.lowest == 1)
            #expect(loop.status.isPublishing)
            cluster.setError(.none, ofTopic: "t.order.submitted")
            #expect(journal.waitForPublished(23))
            try eventually("the topic to be as any") { loop.unwritableTopics.isEmpty }
            #expect(try published("t.order.submitted").values.map { $0 } == [[2, 23]])
        }
    }

    @Test func `a topic that was missing at the end is known to be behind at the next start`()
        throws
    {
        cluster.setError(.unknownTopicOrPartition, ofTopic: "t.order.submitted")
        for _ in 0..<30 {
            journal.append()
            journal.append(type: "order.submitted")
        }
        let first = loop()
        let worker = Worker("publisher") { try? first.run() }
        try eventually("the others to go on") { journal.published == 60 }
        first.stop()
        worker.join()
        #expect(journal.position.lowest == 1)
        cluster.setError(.none, ofTopic: "t.order.submitted")
        try run(loop()) {
            #expect(journal.waitForPublished(60))
            let updated = try published("t.order.updated").values.flatMap { $0 }
            let submitted = try published("t.order.submitted").values.flatMap { $0 }
            #expect(updated == Array(stride(from: 1, through: 59, by: 2)))
            #expect(submitted == Array(stride(from: 2, through: 60, by: 2)))
        }
    }

    @Test func `lanes of another catalogue are published again from the lowest on`() throws {
        append(20)
        let lane = PublishPosition.Lane(topic: "t.gone", first: 6)
        try journal.tail.record(PublishPosition(through: 15, lanes: [lane], routes: 1))
        try run(loop()) {
            #expect(journal.waitForPublished(20))
            let found = try published("t.order.updated").values.flatMap { $0 }.sorted()
            #expect(found == Array(6...20))
        }
    }

    @Test func `a topic that may not be written holds up its own, and goes on when it may`()
        throws
    {
        let loop = loop(oneRequestAtATime: true)
        try run(loop) {
            journal.append()
            #expect(journal.waitForPublished(1))
            cluster.failNext(.produce, Array(repeating: .topicNotAuthorised, count: 3))
            append(30)
            try eventually("the topic to be held") {
                loop.unwritableTopics["t.order.updated"] != nil
            }
            journal.append(type: "license.created", key: "license-1")
            #expect(journal.waitForPublished(32))
            try eventually("the topic to be as any") { loop.unwritableTopics.isEmpty }
            #expect(loop.status.isPublishing)
            let orders = try published("t.order.updated")
            #expect(Set(orders.values.flatMap { $0 }) == Set(1...31))
            for sequences in orders.values { #expect(sequences == sequences.sorted()) }
        }
    }

    @Test func `a topic catches up while others keep coming, in order and once`() throws {
        try cluster.createTopic("t.order.submitted", partitions: 3)
        cluster.setError(.unknownTopicOrPartition, ofTopic: "t.order.submitted")
        let loop = loop { $0.windowRecords = 200 }
        try run(loop) {
            for round in 0..<2_000 {
                let type = round.isMultiple(of: 3) ? "order.submitted" : "order.updated"
                journal.append(type: type, key: "order-\(round % 5)")
                if round == 900 { cluster.setError(.none, ofTopic: "t.order.submitted") }
                if round.isMultiple(of: 100) { pauseBriefly() }
            }
            #expect(journal.waitForPublished(2_000))
            let submitted = try published("t.order.submitted")
            for sequences in submitted.values { #expect(sequences == sequences.sorted()) }
            let expected = (0..<2_000).filter { $0.isMultiple(of: 3) }.map { UInt64($0 + 1) }
            #expect(submitted.values.flatMap { $0 }.sorted() == expected)
        }
    }

    @Test func `a partition without a leader holds up its own topic only, until it has one`()
        throws
    {
        let partitions = (0..<Int32(3)).map { TopicPartition("t.license.created", $0) }
        let loop = loop { ($0.stallMilliseconds, $0.windowRecords) = (1_000, 100) }
        try run(loop) {
            append(20)
            #expect(journal.waitForPublished(20))
            for partition in partitions { try cluster.setLeader(nil, of: partition) }
            journal.append(type: "license.created", key: "license-1")
            // Far more than the window, which would be full without a lane.
            append(500)
            try eventually("the others to go on", upTo: .seconds(30)) { journal.published == 521 }
            #expect(loop.unwritableTopics.keys.sorted() == ["t.license.created"])
            #expect(
                journal.position.lanes
                    == [PublishPosition.Lane(topic: "t.license.created", first: 21)])
            for partition in partitions { try cluster.setLeader(1, of: partition) }
            #expect(journal.waitForPublished(521))
            try eventually("the topic to be as any") { loop.unwritableTopics.isEmpty }
            #expect(try published("t.license.created") == ["license-1": [21]])
        }
    }

    @Test func `a try that nothing acknowledges is given up, and the others go on`() throws {
        let clients = Monitor(0)
        var hooks = PublisherHooks()
        hooks.clientMade = { _ in clients.update { $0 += 1 } }
        let partitions = (0..<Int32(3)).map { TopicPartition("t.license.created", $0) }
        try run(loop({ $0.stallMilliseconds = 1_000 }, hooks: hooks)) {
            append(20)
            #expect(journal.waitForPublished(20))
            for partition in partitions { try cluster.setLeader(nil, of: partition) }
            journal.append(type: "license.created", key: "license-1")
            append(20)
            try eventually("the others to go on", upTo: .seconds(30)) { journal.published == 41 }
            // The record that tries the topic goes alone, so that only it is refused.
            cluster.failNext(.produce, Array(repeating: .notEnoughReplicas, count: 10_000))
            for partition in partitions { try cluster.setLeader(1, of: partition) }
            clients.wait { $0 == 3 ? () : nil }
            cluster.clearFailures(of: .produce)
            append(20)
            try eventually("the others to go on", upTo: .seconds(30)) { journal.published == 61 }
            #expect(journal.waitForPublished(61))
            #expect(try published("t.license.created") == ["license-1": [21]])
        }
    }
}
