import Support
import Telemetry
import Testing

@testable import HTTP

private let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

@Suite(.timeLimit(.minutes(10)))
struct ConnectionTableTests {
    private let limits = ConnectionLimits(idle: 100, header: 100, body: 100, waiting: 100)

    @Test(arguments: [(2, 10, "connections"), (10, 2, "connections-from-address")])
    func `a connection above the limit is told so and closed, and one below is served again`(
        limit: Int, perAddress: Int, reason: String
    ) throws {
        let change = { (configuration: inout HTTPServerConfiguration) in
            configuration.connections = limit
            configuration.connectionsPerAddress = perAddress
        }
        try withServer(TestHandler(), change) { server in
            var open = try (0..<2).map { _ in try RawConnection(port: server.port) }
            for client in open {
                client.send(get)
                #expect(try client.response().status == 200)
            }
            let above = try RawConnection(port: server.port)
            above.send(get)
            let response = try above.response()
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            #expect(response.body.contains("urn:hookline:problem:\(reason)\""))
            #expect(try above.readToEnd() == "")
            open.removeLast()
            try eventually("room") {
                let client = try RawConnection(port: server.port)
                client.send(get)
                return try client.response().status == 200
            }
        }
    }

    @Test func `where even refusals have no room, connections are closed`() throws {
        let metrics = Metrics()
        try withServer(TestHandler(), { $0.connections = 1 }, metrics: metrics) { server in
            let open = try (0..<(1 + ConnectionTable.refusedAtOnce)).map { _ in
                try RawConnection(port: server.port)
            }
            try eventually("all of them") { server.openConnections == open.count }
            let above = try RawConnection(port: server.port)
            #expect(try above.readToEnd() == "")
            let count = "hookline_http_connections_dropped_total{listener=\"test\"} 1"
            #expect(metrics.render().contains(count))
        }
    }

    @Test func `a connection that leaves makes room, for its address too`() {
        let table = ConnectionTable(limit: 2, limitPerAddress: 1, limits)
        let address = unsafe PeerAddress(nil)
        let first = table.add(descriptor: -1, from: address)
        #expect(first.admission == .served)
        #expect(table.add(descriptor: -1, from: address).admission == .tooManyFromAddress)
        table.remove(first)
        #expect(table.count == 1)
    }

    @Test func `a connection that is only refused has less time`() {
        let table = ConnectionTable(
            limit: 0, limitPerAddress: 1,
            ConnectionLimits(idle: 60_000, header: 1, body: 1, waiting: 1))
        _ = table.add(descriptor: -1, from: unsafe PeerAddress(nil))
        var cut: [ConnectionClock.Phase] = []
        _ = table.sweep(at: CoarseClock.now() + 2_001) { cut.append($0) }
        #expect(cut == [.idle])
    }

    @Test func `a connection is cut once`() {
        let table = ConnectionTable(limit: 2, limitPerAddress: 1, limits)
        let connection = table.add(descriptor: -1, from: unsafe PeerAddress(nil))
        var cut: [ConnectionClock.Phase] = []
        for _ in 0..<2 { _ = table.sweep(at: .max >> 3) { cut.append($0) } }
        #expect(cut == [.idle])
        #expect(connection.phase == .cut)
    }
}
