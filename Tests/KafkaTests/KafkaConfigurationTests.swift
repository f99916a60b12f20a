import Configuration
import Testing

@testable import Kafka

@Suite struct KafkaConfigurationTests {
    private func read(
        _ flags: [(String, String)]
    ) -> (KafkaConfiguration, [ConfigurationProblem]) {
        let flags = flags.map { ConfigurationFlag(option: "--set", path: $0.0, text: $0.1) }
        let reader = ConfigurationReader(ConfigurationSources(flags: flags))
        let configuration = KafkaConfiguration(reader.root.section("kafka"))
        return (configuration, reader.problems())
    }

    @Test func `without settings it is a Kafka on this machine`() {
        let (configuration, problems) = read([])
        #expect(configuration.bootstrapServers == "localhost:9092")
        #expect(configuration.topicPrefix == "telness.")
        #expect(configuration.properties.isEmpty)
        #expect(problems.isEmpty)
    }

    @Test func `any property of librdkafka passes through`() {
        let (configuration, problems) = read([
            ("kafka.bootstrapServers", "a:1,b:2"), ("kafka.properties.security.protocol", "ssl"),
        ])
        #expect(configuration.bootstrapServers == "a:1,b:2")
        #expect(configuration.properties == ["security.protocol": "ssl"])
        #expect(problems.isEmpty)
    }

    @Test(arguments: [
        ("no.such.setting", "1", "No such configuration property"),
        ("linger.ms", "soon", "Invalid value"), ("acks", "0", "guarantees"),
        ("bootstrap.servers", "x:1", "kafka.bootstrapServers"),
    ])
    func `a property that cannot be is a problem with its name and value`(
        _ name: String, _ value: String, _ words: String
    ) throws {
        let (configuration, problems) = read([("kafka.properties.\(name)", value)])
        #expect(configuration.properties.isEmpty)
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.path == "kafka.properties.\(name)")
        #expect(problem.value == value)
        #expect(problem.complaint.contains(words))
    }

    @Test(arguments: [("", true), ("a.B_9-", true), ("a b", false), ("ö", false)])
    func `a prefix is part of a topic's name`(_ prefix: String, _ isAllowed: Bool) {
        let (configuration, problems) = read([("kafka.topicPrefix", prefix)])
        #expect(problems.isEmpty == isAllowed)
        #expect(configuration.topicPrefix == (isAllowed ? prefix : "telness."))
    }

    @Test func `given properties go over defaults and under what is pinned`() {
        var configuration = KafkaConfiguration(bootstrapServers: "a:1")
        configuration.properties = ["client.id": "mine", "linger.ms": "1", "acks": "1"]
        let settings = configuration.settings(
            defaults: [("linger.ms", "5")], pinned: [("acks", "all")])
        var last: [String: String] = [:]
        for (name, value) in settings { last[name] = value }
        #expect(last["client.id"] == "mine")
        #expect(last["linger.ms"] == "1")
        #expect(last["acks"] == "all")
        #expect(last["bootstrap.servers"] == "a:1")
    }
}
