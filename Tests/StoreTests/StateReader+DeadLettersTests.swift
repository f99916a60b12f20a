import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateReaderDeadLettersTests {
    @Test func `whoever reads beside the writer sees what was committed, with values or without`()
        throws
    {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let store = try StateStore.open(folder)
        try store.begin()
        try store.keepDeadLetter(
            .json, "why", at: RecordPosition(topic: "t", partition: 2, offset: 7), key: nil,
            value: Array("no".utf8).span, time: Timestamp(seconds: 1))
        try store.commit()
        let reader = try StateReader.open(folder)
        let letter = try #require(try reader.deadLetters(limit: 5).first)
        #expect(letter.position.description == "t[2]@7")
        #expect(letter.value == Array("no".utf8))
        #expect(letter.key == nil)
        #expect(!letter.isCut)
        #expect(try reader.deadLetters(limit: 5, values: false).first?.value == nil)
        #expect(try reader.deadLetterCounts() == [.json: 1])
        #expect(try reader.deadLetters(after: 1, limit: 5).isEmpty)
    }
}
