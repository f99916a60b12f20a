import Configuration
import HTTP
import Ingress
import Testing

struct IngressConfigurationTests {
    private func read(
        _ flags: [(String, String)]
    ) -> (IngressConfiguration, [ConfigurationProblem]) {
        let flags = flags.map {
            ConfigurationFlag(option: "--set", path: "ingress.\($0.0)", text: $0.1)
        }
        let reader = ConfigurationReader(ConfigurationSources(flags: flags))
        let configuration = IngressConfiguration(reader.root.section("ingress"))
        return (configuration, reader.problems())
    }

    @Test func `without settings it is the documented path and limit`() {
        let (configuration, problems) = read([])
        #expect(configuration.path == "/webhooks/telness")
        #expect(configuration.bodyBytes == 1 << 20)
        #expect(configuration.listener.port == 8080)
        #expect(problems.isEmpty)
    }

    @Test func `the listener's settings stand in the same section`() {
        let (configuration, problems) = read([("port", "81"), ("path", "/in"), ("keys", "a: b")])
        #expect(configuration.listener.port == 81)
        #expect(configuration.path == "/in")
        #expect(configuration.keys == "a: b")
        #expect(problems.isEmpty)
    }

    @Test(arguments: [("path", "in"), ("path", "/in?a"), ("bodyBytes", "0"), ("futureHours", "-1")])
    func `what is not allowed is a problem with its key`(key: String, value: String) {
        #expect(read([(key, value)]).1.map(\.path) == ["ingress.\(key)"])
    }

    @Test func `keys come from one place`() {
        let (_, problems) = read([("keys", "a: b"), ("keysFile", "/run/keys")])
        #expect(problems.map(\.path) == ["ingress.keysFile"])
    }
}
