import Configuration
import HTTP
import Testing

@testable import Query

struct QueryConfigurationTests {
    private func read(
        _ json5: String
    ) throws -> (configuration: QueryConfiguration, problems: [String]) {
        let value = try ConfigurationValue(json5: Array("{query: {\(json5)}}".utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: ("file", value)))
        let configuration = QueryConfiguration(reader.root.section("query"))
        return (configuration, reader.problems().map(\.description))
    }

    @Test(arguments: [
        ("", false), (#"host: "::1""#, false), (#"host: "127.0.0.2""#, false),
        (#"host: "0.0.0.0""#, true), (#"host: "::""#, true), (#"host: "10.0.0.1""#, true),
        (#"keys: "a: b""#, true), (#"keysFile: "keys""#, true),
    ])
    func `beyond this machine a key is needed, and here where one is set`(
        settings: String, needsKey: Bool
    ) throws {
        let (configuration, problems) = try read(settings)
        #expect(configuration.needsKey == needsKey)
        #expect(problems.isEmpty)
    }

    @Test func `an answer about the past has ended before its client is told that it is late`() {
        var configuration = QueryConfiguration()
        configuration.pastMilliseconds = 60_000
        #expect(configuration.listener.answerMilliseconds > 60_000)
    }

    @Test func `values beyond their limits, and both kinds of keys, are told`() throws {
        #expect(try read("pastEvents: 0").problems.count == 1)
        #expect(try read("port: 65536, threads: 0").problems.count == 2)
        #expect(try read(#"keys: "a: b", keysFile: "f""#).problems.count == 1)
    }
}
