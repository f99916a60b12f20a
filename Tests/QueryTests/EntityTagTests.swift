import HTTP
import Testing

@testable import Query

struct EntityTagTests {
    private let tag = "\"abc\""

    @Test(arguments: [
        "\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", " \"x\" ,W/\"abc\"\t", "*",
    ])
    func `a client that has it is known`(header: String) {
        #expect(EntityTag.matches(header, tag))
    }

    @Test(arguments: ["", "abc", "\"abcd\"", "\"x\", \"y\"", "w/\"abc\""])
    func `and any other is not`(header: String) {
        #expect(!EntityTag.matches(header, tag))
    }

    @Test func `the tag changes with the answer, and 304 has it too`() throws {
        let first = EntityTag.answer([1], known: nil)
        let other = EntityTag.answer([2], known: nil)
        let tag = try #require(first.headers.first?.value)
        #expect(first.status == 200)
        #expect(other.headers.first?.value != tag)
        let known = EntityTag.answer([1], known: tag)
        #expect(known.status == 304)
        #expect(known.headers.first?.value == tag)
    }
}
