import Synchronization
import Telemetry
import Testing
import Threads

@testable import HTTP

struct APIKeysTests {
    /// What the log said.
    private let lines = Monitor<[String]>([])
    private var log: Log {
        Log("test", format: .json, level: .info) { [lines] line in
            lines.update { $0.append(line) }
        }
    }

    @Test func `what cannot be read is told with its place`() {
        struct Broken: Error, CustomStringConvertible { let description = "no such file" }
        let error = #expect(throws: APIKeysError.self) {
            try APIKeys(APIKeys.Source("/run/keys") { throw Broken() }, log: log)
        }
        #expect(error?.description == "the API keys in /run/keys cannot be read: no such file")
    }

    @Test func `a change is logged once by names, and a fault once, without a key`() throws {
        let text = Monitor("a: a-long-enough-key")
        let keys = try APIKeys(APIKeys.Source("there") { text.withLock { $0 } }, log: log)
        keys.reload()
        #expect(lines.withLock { $0.isEmpty })
        text.update { $0 = "a: a-long-enough-key\nb: another-long-key" }
        keys.reload()
        keys.reload()
        #expect(keys.names == ["a", "b"])
        text.update { $0 = "b b: another-long-key" }
        keys.reload()
        keys.reload()
        #expect(keys.names == ["a", "b"])
        let said = lines.withLock { $0 }
        #expect(said.count == 2)
        #expect(said.first?.contains("\"names\":\"a, b\"") == true)
        #expect(said.last?.contains("API keys not read again") == true)
        #expect(!said.joined().contains("long"))
    }

    @Test func `a short key is taken, with a warning`() throws {
        let keys = try APIKeys(APIKeys.Source("there", text: "a: short"), log: log)
        #expect(keys.key(Array("short".utf8).span)?.name == "a")
        #expect(lines.withLock { $0.first }?.contains("an API key is short") == true)
    }
}
