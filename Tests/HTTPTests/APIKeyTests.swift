import Testing

@testable import HTTP

struct APIKeyTests {
    private func read(_ text: String) throws(APIKeysError) -> [String] {
        try APIKey.read(text, from: "the file").map(\.name)
    }

    @Test(arguments: [
        ("a: b", ["a"]), ("a:b\nc: d\n", ["a", "c"]), ("a: b, c: d", ["a", "c"]),
        ("# note, a: b\n\n  a: b:c  \r\n", ["a"]), ("secret", ["default"]),
    ])
    func `keys are read by name`(text: String, names: [String]) throws {
        #expect(try read(text) == names)
    }

    @Test(arguments: ["", "\n\n", "# nothing"])
    func `without a key it is said what to do`(text: String) {
        let error = #expect(throws: APIKeysError.self) { try read(text) }
        #expect(error == APIKeysError.none(place: "the file"))
        #expect(error?.description.contains("add a line \"name: key\"") == true)
    }

    @Test(arguments: ["a:", ": b", "a b: c", "a: b c", "a: \u{e9}", "ok: x\n\u{e5}: b"])
    func `a line that is none is named, without the key`(text: String) {
        let error = #expect(throws: APIKeysError.self) { try read(text) }
        let line = text.contains("\n") ? 2 : 1
        #expect(error?.description.hasPrefix("line \(line) of the file is not an API key") == true)
    }

    @Test func `two keys of one name are refused`() {
        let error = #expect(throws: APIKeysError.self) { try read("a: b\na: c") }
        #expect(error == .repeated(place: "the file", name: "a"))
    }

    @Test func `a new key is read back from its line, and no two are alike`() throws {
        let keys = try (0..<100).map { _ in try APIKey.random(name: "connect") }
        #expect(Set(keys.map(\.revealed)).count == 100)
        for key in keys {
            #expect(key.count == 48)
            let found = try APIKey.read(key.line, from: "the file")
            #expect(found.map(\.name) == ["connect"])
            #expect(found.first?.isSame(as: key) == true)
        }
        // Each would read as something else: a short key, or two.
        for name in ["", "a b", "a,b", "a\nb", " a ", "#a", "a:b"] {
            #expect(throws: APIKeysError.self, "\(name)") { try APIKey.random(name: name) }
        }
    }

    @Test func `a key matches itself and nothing else`() {
        let key = APIKey(name: "a", secret: "secret")
        func matches(_ text: String) -> Bool { key.matches(Array(text.utf8).span) }
        #expect(matches("secret"))
        for other in ["", "s", "secre", "secrets", "Secret", "secretsecret", "terces"] {
            #expect(!matches(other), "\(other)")
        }
    }
}
