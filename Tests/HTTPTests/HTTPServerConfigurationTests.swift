import Configuration
import Testing

@testable import HTTP

struct HTTPServerConfigurationTests {
    private func read(
        _ flags: [(String, String)]
    ) -> (HTTPServerConfiguration, [ConfigurationProblem]) {
        let flags = flags.map { ConfigurationFlag(option: "--set", path: $0.0, text: $0.1) }
        let reader = ConfigurationReader(ConfigurationSources(flags: flags))
        let configuration = HTTPServerConfiguration(
            reader.root.section("ingress"), host: "127.0.0.1", port: 81)
        return (configuration, reader.problems())
    }

    @Test func `without settings it is the listener's own address and the general bounds`() {
        let (configuration, problems) = read([])
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 81)
        #expect(configuration.connections == 4_096)
        #expect(problems.isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("0.0.0.0", false), ("::", false),
        ("10.0.0.127", false), ("::ffff:127.0.0.1", false),
    ])
    func `it is known whether only this machine can reach it`(host: String, isLoopback: Bool) {
        var configuration = HTTPServerConfiguration()
        configuration.host = host
        #expect(configuration.isLoopback == isLoopback)
    }

    @Test func `each bound can be set`() {
        let (configuration, problems) = read([
            ("ingress.port", "0"), ("ingress.idleMilliseconds", "1000"),
            ("ingress.headerMilliseconds", "2000"), ("ingress.bodyMilliseconds", "3000"),
            ("ingress.answerMilliseconds", "4000"), ("ingress.connections", "5"),
        ])
        let limits = configuration.limits
        #expect(
            [limits.idle, limits.header, limits.body, limits.waiting] == [
                1_000, 2_000, 3_000, 4_000,
            ])
        #expect(configuration.connections == 5)
        #expect(problems.isEmpty)
    }

    @Test(arguments: [
        ("port", "65536"), ("threads", "0"), ("connections", "0"), ("idleMilliseconds", "99"),
        ("bodyMemoryBytes", "none"),
    ])
    func `a value out of range is a problem with its key`(key: String, value: String) {
        let (_, problems) = read([("ingress.\(key)", value)])
        #expect(problems.map(\.path) == ["ingress.\(key)"])
    }
}
