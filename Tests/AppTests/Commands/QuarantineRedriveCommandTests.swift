import Kafka
import Testing

@testable import App

struct QuarantineRedriveCommandTests {
    @Test(arguments: [
        "quarantine redrive", "quarantine redrive --dry-run", "quarantine redrive --force",
        "quarantine redrive --all --reason type", "quarantine redrive --record 3",
        "quarantine redrive --since yesterday", "quarantine redrive --reason unheard",
        "quarantine redrive --all --batch 501",
    ])
    func `which records are meant must be said, and said right`(line: String) {
        let end = CommandSession().run(line)
        #expect(end.code == .usage)
        #expect(!end.complaints.isEmpty)
        #expect(end.output.isEmpty)
    }

    @Test func `the older of two says that it was overtaken, Kafka away is another end`() {
        let kafka = KafkaConfiguration(bootstrapServers: "somewhere:1")
        let fenced = QuarantineRedriveCommand.failure(
            KafkaError(.fenced, fatal: true), kafka, published: 7)
        #expect(fenced.code == .temporary)
        #expect(fenced.messages.first?.contains("another quarantine redrive") == true)
        #expect(fenced.messages.first?.contains("7 published") == true)
        let away = QuarantineRedriveCommand.failure(
            KafkaError(.allBrokersDown), kafka, published: 3)
        #expect(away.code == .unavailable)
        #expect(away.messages.first?.contains("somewhere:1") == true)
    }
}
