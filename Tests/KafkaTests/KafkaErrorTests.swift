import Testing

@testable import Kafka

@Suite struct KafkaErrorTests {
    @Test func `an error says what happened, with its name and number`() {
        let error = KafkaError(.messageTooLarge, fatal: true)
        #expect(error.name == "MSG_SIZE_TOO_LARGE")
        #expect(
            error.description
                == "Broker: Message size too large (MSG_SIZE_TOO_LARGE, 10, fatal)")
    }

    @Test func `a code that is unknown still has a name`() {
        #expect(KafkaErrorCode(rawValue: 12_345).name == "ERR_12345?")
    }
}
