import Configuration
import Store
import Testing

@Suite struct StateConfigurationTests {
    private func read(_ json5: String) throws -> (StateConfiguration, [ConfigurationProblem]) {
        let value = try ConfigurationValue(json5: Array(json5.utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: ("test", value)))
        let configuration = StateConfiguration(reader.root.section("state"))
        return (configuration, reader.problems())
    }

    @Test func `what is set counts`() throws {
        let (configuration, problems) = try read(
            "{state: {folder: '/s', cacheBytes: 7, minFreeBytes: 9}}")
        #expect(problems.isEmpty)
        #expect(configuration.folder == "/s")
        #expect(configuration.cacheBytes == 7)
        #expect(configuration.minFreeBytes == 9)
    }

    @Test func `what is not allowed is reported`() throws {
        let (configuration, problems) = try read("{state: {folder: '', cacheBytes: -1}}")
        #expect(problems.count == 2)
        #expect(configuration.folder == "data/state")
    }
}
