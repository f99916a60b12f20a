import Configuration
import Simulator
import Testing

@Suite struct SimulatorConfigurationTests {
    @Test func `a section changes what it names`() throws {
        let text = "{ seed: 7, events: 10, ratePerSecond: 0.5, conflictShare: 1 }"
        let value = try ConfigurationValue(json5: Array(text.utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: ("test", value)))
        let configuration = SimulatorConfiguration(reader.root)
        #expect(reader.problems().isEmpty)
        #expect(configuration.seed == 7)
        #expect(configuration.events == 10)
        #expect(configuration.ratePerSecond == 0.5)
        #expect(configuration.conflictShare == 1)
        #expect(configuration.connections == SimulatorConfiguration().connections)
        #expect(configuration.retryShare == SimulatorConfiguration().retryShare)
    }

    @Test func `what is out of range is told`() throws {
        let text = "{ connections: 0, retryShare: 1.5, entities: -1 }"
        let value = try ConfigurationValue(json5: Array(text.utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: ("test", value)))
        _ = SimulatorConfiguration(reader.root)
        #expect(
            reader.problems().map(\.path).sorted() == ["connections", "entities", "retryShare"])
    }

    @Test func `without a section it is as by default`() {
        let reader = ConfigurationReader(ConfigurationSources())
        let configuration = SimulatorConfiguration(reader.root)
        #expect(configuration.events == nil)
        #expect(configuration.ratePerSecond == SimulatorConfiguration().ratePerSecond)
        #expect(configuration.reorderShare == SimulatorConfiguration().reorderShare)
    }
}
