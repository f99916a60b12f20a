import Kafka
import Publisher
import Testing

@Suite struct FailureClassTests {
    @Test(arguments: [
        (KafkaErrorCode.messageTooLarge, FailureClass.record), (.invalidRecord, .record),
        (.topicNotAuthorised, .topic), (.unknownTopicOrPartition, .topic), (.unknownTopic, .topic),
        (.purgedInQueue, .other), (.purgedInFlight, .other), (.messageTimedOut, .other),
        (.fatal, .other), (.outOfOrderSequence, .other), (.gaplessGuarantee, .other),
        (.clusterNotAuthorised, .other), (KafkaErrorCode(rawValue: 4_711), .other),
    ])
    func `each code has its class`(_ code: KafkaErrorCode, _ expected: FailureClass) {
        #expect(FailureClass(code) == expected)
    }
}
