import Configuration
import Telemetry
import Testing

struct LogConfigurationTests {
    @Test func `level and format are read`() {
        let environment = ["HOOKLINE_LOG_LEVEL": "warning", "HOOKLINE_LOG_FORMAT": "json"]
        let reader = ConfigurationReader(ConfigurationSources(environment: environment))
        let configuration = LogConfiguration(reader.root.section("log"))
        #expect(configuration.level == .warning)
        #expect(configuration.format == .json)
    }

    @Test func `another level is a problem`() {
        let reader = ConfigurationReader(
            ConfigurationSources(environment: ["HOOKLINE_LOG_LEVEL": "loud"]))
        #expect(LogConfiguration(reader.root.section("log")).level == .info)
        #expect(reader.problems().count == 1)
    }
}
