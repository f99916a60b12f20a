import HTTP
import Ingress
import Journal
import Support
import Synchronization
import Testing
import Threads

@Suite(.timeLimit(.minutes(10)))
struct IngressServerTests {
    @Test func `the observer sees what is acknowledged, and nothing else`() throws {
        let seen = Monitor<[AcknowledgedWebhook]>([])
        let fixture = try IngressFixture(observer: { webhook in seen.update { $0.append(webhook) } }
        )
        let client = try fixture.connect()
        for body in [Body.event(1), "nonsense", Body.event(2)] {
            client.send(Post(body).bytes)
            _ = try client.response()
        }
        let webhooks = seen.wait { $0.count == 2 ? $0 : nil }
        #expect(webhooks.map(\.receipt.position) == [1, 2])
        #expect(webhooks.map(\.entry.eventIDText) == [Body.id(1), Body.id(2)])
    }

    @Test func `keys that change are used without a restart, and bad ones leave the old`() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("keys")
        try FileSystem.write("one: first-key\n", to: file)
        let source = APIKeys.Source(file) { try FileSystem.text(of: file) }
        let fixture = try IngressFixture(keys: source, { $0.keysReloadMilliseconds = 100 })
        func status(_ key: String) throws -> Int {
            let client = try fixture.connect()
            client.send(Post(Body.event(1)).with("X-Api-Key", "X-Api-Key: \(key)").bytes)
            return try client.response().status
        }
        #expect(try status("first-key") == 200)
        try FileSystem.write("one: first-key\ntwo: second-key\n", to: file)
        try eventually("the second key", holds: { try status("second-key") == 200 })
        #expect(try status("first-key") == 200)
        try FileSystem.write("two: second-key\n", to: file)
        fixture.ingress.reload()
        #expect(try status("first-key") == 401)
        try FileSystem.write("", to: file)
        fixture.ingress.reload()
        #expect(try status("second-key") == 200)
    }

    @Test func `a thousand silent connections do not keep others from being served`() throws {
        let fixture = try IngressFixture()
        let silent = try (0..<1_000).map { _ in try fixture.connect() }
        for (index, connection) in silent.enumerated() where index % 2 == 0 {
            connection.send(Array(Post(Body.event(1)).bytes.prefix(60 + index % 100)))
        }
        let client = try fixture.connect()
        for number in 1...20 {
            client.send(Post(Body.event(number)).bytes)
            #expect(try client.response().status == 200)
        }
        #expect(fixture.journal.durableSequence == 20)
    }

    @Test func `connections that are cut in any place leave nothing`() throws {
        let fixture = try IngressFixture()
        let request = Post(Body.event(1)).bytes
        for length in stride(from: 1, to: request.count, by: 7) {
            let client = try fixture.connect()
            client.send(Array(request.prefix(length)))
            if length % 2 == 0 { client.reset() }
            client.close()
        }
        let client = try fixture.connect()
        client.send(Post(Body.event(2)).bytes)
        #expect(try client.response().body.hasSuffix("\"position\":1}"))
    }

    @Test func `a stop under load answers all that is on disk`() throws {
        let fixture = try IngressFixture()
        let port = fixture.ingress.port
        let accepted = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        let clients = (0..<8).map { number in
            Worker("client \(number)") {
                guard let client = try? RawConnection(port: port) else { return }
                for event in 0..<1_000_000 {
                    client.send(Post(Body.event(number * 1_000_000 + event)).bytes)
                    guard let response = try? client.response() else { return }
                    guard response.status == 200 else {
                        refused.wrappingAdd(response.status == 503 ? 1 : 0, ordering: .relaxed)
                        return
                    }
                    accepted.wrappingAdd(1, ordering: .relaxed)
                }
            }
        }
        try eventually("some load") { fixture.journal.durableSequence > 500 }
        fixture.stop()
        for client in clients { client.join() }
        #expect(accepted.load(ordering: .relaxed) == Int(fixture.journal.durableSequence))
        #expect(refused.load(ordering: .relaxed) <= 8)
    }
}
