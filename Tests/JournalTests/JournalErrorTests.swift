import Files
import Testing

@testable import Journal

struct JournalErrorTests {
    @Test(arguments: [
        (JournalError.corrupt(segment: "/j/7", offset: 8192, reason: "bad"), ["/j/7", "8192"]),
        (.file(.locked(path: "/j/lock", holder: 5)), ["/j/lock", "process 5"]),
        (.damaged(path: "/j/journal", reason: "bad"), ["/j/journal", "restore"]),
        (.outside(sequence: 5, first: 7, last: 9), ["5", "7 to 9"]),
    ])
    func `it names what is wrong and where`(error: JournalError, words: [String]) {
        for word in words { #expect(error.description.contains(word)) }
    }
}
