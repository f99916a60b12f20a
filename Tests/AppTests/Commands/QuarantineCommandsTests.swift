import Publisher
import Testing

@testable import App

struct QuarantineCommandsTests {
    @Test func `a record is named by partition and offset`() throws {
        #expect(try QuarantineCommands.place("3@17") == QuarantinePlace(partition: 3, offset: 17))
    }

    @Test(arguments: ["", "3", "3@", "@1", "-1@2", "3@-1", "a@b", "1@2@3"])
    func `another name is a wrong command line`(text: String) {
        let failure = #expect(throws: CommandFailure.self) { try QuarantineCommands.place(text) }
        #expect(failure?.code == .usage)
    }
}
