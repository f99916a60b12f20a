import Consumer
import Kafka
import SQLite
import Store
import Testing

@testable import App

struct ExitCodeErrorsTests {
    private static let partition = TopicPartition("t", 0)

    private func refusal(_ code: Int32) -> StoreError {
        .database(SQLiteError(code: code, message: "", action: "write"))
    }

    // The codes of SQLite: https://www.sqlite.org/rescode.html
    @Test(
        arguments: [
            (13, ExitCode.io), (13 | 1 << 8, .io), (10, .io), (10 | 12 << 8, .io), (14, .io),
            (8, .io),
            (5, .temporary), (6, .temporary), (7, .software), (11, .data), (26, .data), (1, .data),
        ] as [(Int32, ExitCode)])
    func `what SQLite refuses is the disk, a lock, memory or the data`(
        code: Int32, expected: ExitCode
    ) {
        #expect(ExitCode(refusal(code)) == expected)
        #expect(ExitCode(ConsumerError.store(refusal(code))) == expected)
    }

    @Test func `what ends a consumer or a replay says whose fault it is`() {
        let kafka = KafkaError(.transport)
        #expect(ExitCode(ConsumerError.kafka(kafka)) == .unavailable)
        #expect(ExitCode(ConsumerError.partition(Self.partition, kafka)) == .unavailable)
        #expect(ExitCode(ConsumerError.stalled(Self.partition, others: 1)) == .unavailable)
        let changed = StopReason.replaced(offset: 1)
        #expect(ExitCode(ConsumerError.stopped(Self.partition, changed)) == .data)
        #expect(ExitCode(ConsumerError.short(Self.partition, next: 1, end: 2)) == .negative)
        #expect(ExitCode(ConsumerError.hidden(Self.partition, next: 1, end: 2)) == .temporary)
        #expect(ExitCode(ConsumerError.loss(generation: "g", StateLoss())) == .negative)
        #expect(ExitCode(ConsumerError.interrupted) == .temporary)
        #expect(ExitCode(StoreError.locked(folder: "f", holder: 1)) == .temporary)
        #expect(ExitCode(StoreError.typeGone(path: "p", type: "t")) == .data)
    }
}
