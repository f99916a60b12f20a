import Configuration
import Publisher
import Testing

@Suite struct PublisherConfigurationTests {
    private func read(
        _ flags: [(String, String)]
    ) -> (PublisherConfiguration, TopicsConfiguration, [ConfigurationProblem]) {
        let flags = flags.map { ConfigurationFlag(option: "--set", path: $0.0, text: $0.1) }
        let reader = ConfigurationReader(ConfigurationSources(flags: flags))
        let publisher = PublisherConfiguration(reader.root.section("publisher"))
        let topics = TopicsConfiguration(reader.root.section("topics"))
        return (publisher, topics, reader.problems())
    }

    @Test func `without settings the window is 32 MiB and 10,000 records`() {
        let (publisher, topics, problems) = read([])
        #expect(publisher.windowBytes == 33_554_432)
        #expect(publisher.windowRecords == 10_000)
        #expect(publisher.delivery == .idempotent)
        #expect(publisher.stallMilliseconds == 30_000)
        #expect(topics.partitions == 6)
        #expect(topics.replicas == nil)
        #expect(topics.retentionHours == nil)
        #expect(topics.compression == .producer)
        #expect(problems.isEmpty)
    }

    @Test func `settings are read`() {
        let (publisher, topics, problems) = read([
            ("publisher.windowRecords", "5"), ("publisher.windowBytes", "1048576"),
            ("publisher.lingerMilliseconds", "0"), ("publisher.stallMilliseconds", "1000"),
            ("topics.partitions", "12"),
            ("topics.replicas", "2"), ("topics.retentionHours", "24"),
            ("topics.compression", "uncompressed"),
        ])
        #expect(publisher.windowRecords == 5)
        #expect(publisher.windowBytes == 1_048_576)
        #expect(publisher.lingerMilliseconds == 0)
        #expect(publisher.stallMilliseconds == 1_000)
        #expect(topics.partitions == 12)
        #expect(topics.replicas == 2)
        #expect(topics.retentionHours == 24)
        #expect(topics.compression == .uncompressed)
        #expect(problems.isEmpty)
    }

    @Test func `delivery is one of two words`() {
        #expect(read([("publisher.delivery", "exactly-once")]).0.delivery == .exactlyOnce)
        #expect(read([("publisher.delivery", "twice")]).2.map(\.path) == ["publisher.delivery"])
    }

    /// A broker aborts a transaction after a minute.
    @Test func `a record may not wait for as long as a transaction may be open`() {
        for text in ["999", "45001"] {
            #expect(
                read([("publisher.stallMilliseconds", text)]).2.map(\.path)
                    == ["publisher.stallMilliseconds"])
        }
    }
}
