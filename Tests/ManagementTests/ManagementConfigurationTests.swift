import Configuration
import HTTP
import Management
import Testing

struct ManagementConfigurationTests {
    @Test func `address and port can be set, the rest is fixed`() {
        let flags = [("host", "127.0.0.1"), ("port", "0"), ("threads", "4")].map {
            ConfigurationFlag(option: "--set", path: "management.\($0.0)", text: $0.1)
        }
        let reader = ConfigurationReader(ConfigurationSources(flags: flags))
        let configuration = HTTPServerConfiguration.management(reader.root.section("management"))
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 0)
        #expect(configuration.threads == 1)
        #expect(reader.problems().count == 1)
    }
}
