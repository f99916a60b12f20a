import Configuration
import Consumer
import Testing

@Suite struct ConsumerConfigurationTests {
    private func read(_ json5: String) throws -> (ConsumerConfiguration, [ConfigurationProblem]) {
        let value = try ConfigurationValue(json5: Array(json5.utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: ("test", value)))
        let configuration = ConsumerConfiguration(reader.root.section("consumer"))
        return (configuration, reader.problems())
    }

    @Test func `what is set counts`() throws {
        let (configuration, problems) = try read(
            "{consumer: {group: 'g', batchRecords: 7, batchBytes: 100000, onGap: 'continue'}}")
        #expect(problems.isEmpty)
        #expect(configuration.group == "g")
        #expect(configuration.batchRecords == 7)
        #expect(configuration.batchBytes == 100_000)
        #expect(configuration.onGap == .continue)
    }

    @Test func `what is not allowed is reported`() throws {
        let (configuration, problems) = try read(
            "{consumer: {group: '', batchRecords: 0, batchBytes: 1, onGap: 'skip'}}")
        #expect(problems.count == 4)
        #expect(configuration.group == "hookline")
    }
}
