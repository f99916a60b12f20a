import Testing

@testable import Publisher

@Suite struct QuarantinedRecordTests {
    @Test(arguments: ["0@0", "3@17", "2147483647@9223372036854775807"])
    func `a place reads as it is written`(text: String) {
        #expect(QuarantinePlace(text)?.description == text)
    }

    @Test(arguments: ["", "3", "3@", "@1", "-1@2", "3@-1", "a@b", "1@2@3", "1@9223372036854775808"])
    func `another text is no place`(text: String) {
        #expect(QuarantinePlace(text) == nil)
    }

    @Test func `places sort by partition, then by offset`() {
        let sorted = ["1@2", "0@10", "0@9"].compactMap { QuarantinePlace($0) }.sorted()
        #expect(sorted.map(\.description) == ["0@9", "0@10", "1@2"])
    }
}
