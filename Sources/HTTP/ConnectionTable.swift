internal import Glibc
internal import Threads

/// The open connections, their limits, and the only place that shuts one down from outside.
///
/// A descriptor is shut down under the same lock in which a closed connection leaves the table:
/// libmicrohttpd closes it only after that, so the number cannot belong to another one already.
final class ConnectionTable: Sendable {
    private struct State {
        var open: [ObjectIdentifier: HTTPConnection] = [:]
        var byAddress: [PeerAddress: Int] = [:]
    }

    /// How many connections above the limit are taken, to be told why they are refused.
    static let refusedAtOnce = 64

    private let limit: Int
    private let limitPerAddress: Int
    private let limits: ConnectionLimits
    private let state = Monitor(State())

    init(limit: Int, limitPerAddress: Int, _ limits: ConnectionLimits) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
        self.limits = limits
    }

    /// Whether there is room for one more, if only to refuse it with words.
    var hasRoom: Bool {
        state.withLock { $0.open.count < limit + Self.refusedAtOnce }
    }

    /// Open connections.
    var count: Int {
        state.withLock { $0.open.count }
    }

    /// Takes in a connection.
    func add(descriptor: Int32, from address: PeerAddress) -> HTTPConnection {
        state.withLock { state in
            let fromAddress = state.byAddress[address.counted, default: 0] + 1
            state.byAddress[address.counted] = fromAddress
            let admission: HTTPConnection.Admission =
                state.open.count >= limit
                ? .tooMany : fromAddress > limitPerAddress ? .tooManyFromAddress : .served
            let connection = HTTPConnection(
                descriptor: descriptor, address: address, admission: admission,
                admission == .served ? limits : limits.hurried)
            state.open[ObjectIdentifier(connection)] = connection
            return connection
        }
    }

    /// Lets go of a connection that is about to be closed.
    func remove(_ connection: HTTPConnection) {
        state.withLock { state in
            state.open[ObjectIdentifier(connection)] = nil
            let left = state.byAddress[connection.address.counted, default: 1] - 1
            state.byAddress[connection.address.counted] = left == 0 ? nil : left
        }
    }

    /// Cuts every connection whose client's time is over, and gives the exchanges whose own is.
    func sweep(at now: UInt64, onExpiry: (ConnectionClock.Phase) -> Void) -> [HTTPExchange] {
        state.withLock { state in
            var late: [HTTPExchange] = []
            for connection in state.open.values {
                guard let phase = connection.expire(at: now) else { continue }
                onExpiry(phase)
                if phase == .waiting {
                    if let exchange = connection.waitingExchange { late.append(exchange) }
                } else {
                    // The next read or write of its thread fails, and it is closed as usual.
                    shutdown(connection.descriptor, Int32(SHUT_RDWR))
                }
            }
            return late
        }
    }

    /// The exchanges that wait for another thread.
    var waiting: [HTTPExchange] {
        state.withLock { $0.open.values.compactMap(\.waitingExchange) }
    }

    /// Whether a handler runs for any connection.
    var isAnyHandled: Bool {
        state.withLock { $0.open.values.contains { $0.phase == .handling } }
    }
}
