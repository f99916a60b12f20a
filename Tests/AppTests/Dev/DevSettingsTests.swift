import Kafka
import Ingress
import Journal
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

    @Test func `a port that somebody chose is kept`() throws {
        #expect(try settings(["ingress.port=1234"]).isPortChosen)
        #expect(try !settings([]).isPortChosen)
    }
}
