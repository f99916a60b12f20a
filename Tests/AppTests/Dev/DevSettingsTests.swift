import Kafka
import Ingress
import HTTP
import Journal
import Management
import Query
import Testing

@testable import App

struct DevSettingsTests {
    private func settings(_ flags: [String]) throws -> DevSettings {
        let invocation = Invocation(
            values: ["--set": flags], command: DevCommand.command,
            console: Console { _ in true }, environment: [:])
        return try DevSettings(
            invocation, folder: "/f", kafka: KafkaConfiguration(bootstrapServers: "k:1"))
    }

    @Test func `folders, Kafka and key are its own whatever is configured`() throws {
        let dev = try settings([
            "journal.folder=/mine", "kafka.bootstrapServers=other:1", "ingress.keysFile=/keys",
            "kafka.topicPrefix=mine.",
        ])
        #expect(dev.settings.journal.folder == "/f/journal")
        #expect(dev.settings.kafka.bootstrapServers == "k:1")
        #expect(dev.settings.kafka.topicPrefix == "mine.")
        #expect(dev.settings.ingress.keysFile == nil)
        #expect(dev.settings.ingress.keys == "dev: \(dev.key)")
        #expect(dev.key.count == 28)
    }

    private func takesAnyPort(_ flags: String...) throws -> Bool {
        let dev = try settings(flags)
        return dev.takesAnyPort("ingress", dev.settings.ingress.listener)
    }

    @Test func `another port will do unless somebody chose one or others reach it`() throws {
        #expect(try takesAnyPort())
        #expect(try !takesAnyPort("ingress.port=1234"))
        #expect(try !takesAnyPort("dev.host=0.0.0.0"))
        #expect(try takesAnyPort("dev.host=0.0.0.0", "ingress.host=127.0.0.1"))
    }

    @Test func `every listener binds dev.host, unless it has an address of its own`() throws {
        let hosts = { (dev: DevSettings) in
            [dev.settings.ingress.listener.host, dev.settings.management.host]
                + [dev.settings.query.host]
        }
        #expect(try hosts(settings([])) == Array(repeating: "127.0.0.1", count: 3))
        #expect(
            try hosts(settings(["dev.host=::", "management.host=127.0.0.1"]))
                == ["::", "127.0.0.1", "::"])
    }

    @Test func `an address that is set to its default is kept`() throws {
        let dev = try settings(["dev.host=0.0.0.0", "query.host=127.0.0.1", "ingress.host=0.0.0.0"])
        #expect(dev.settings.query.host == "127.0.0.1")
        #expect(dev.settings.query.keys == nil)
        #expect(try settings(["ingress.host=0.0.0.0"]).settings.ingress.listener.host == "0.0.0.0")
    }

    @Test func `beyond loopback the printed key reads, and nothing is asked for on it`() throws {
        let near = try settings(["query.keysFile=/keys"])
        #expect(near.settings.query.keysFile == nil)
        #expect(!near.settings.query.needsKey)
        let far = try settings(["dev.host=0.0.0.0"])
        #expect(far.settings.query.keys == "dev: \(far.key)")
    }
}
