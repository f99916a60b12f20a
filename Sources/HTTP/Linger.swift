internal import Glibc
internal import Threads

/// Connections that are closed for libmicrohttpd while their clients still send.
///
/// Closing with bytes unread resets the connection, and a reset overtakes the answer that was
/// sent before. So a copy of the descriptor is kept, and what comes is read and thrown away, until
/// the client closes or its time is over (RFC 9112, section 9.6).
final class Linger: Sendable {
    /// The longest time that a connection stays.
    static let milliseconds: UInt64 = 2_000
    /// The most that stay at once; those above are closed at once.
    static let atOnce = 256
    /// The most that is read of one between two looks.
    static let bytesAtOnce = 1 << 20

    private struct Lingering {
        let descriptor: Int32
        let deadline: UInt64
    }

    private let open = Monitor<[Lingering]>([])

    /// Keeps a copy of the descriptor, whose original is about to be closed.
    func keep(_ descriptor: Int32) {
        open.withLock { open in
            guard open.count < Self.atOnce else { return }
            let copy = dup(descriptor)
            guard copy >= 0 else { return }
            shutdown(copy, Int32(SHUT_WR))
            open.append(
                Lingering(descriptor: copy, deadline: CoarseClock.now() + Self.milliseconds))
        }
    }

    /// Reads what has come, and closes what has ended.
    func sweep(at now: UInt64) {
        open.withLock { open in
            open.removeAll { lingering in
                let isOver = now >= lingering.deadline || !drain(lingering.descriptor)
                if isOver { close(lingering.descriptor) }
                return isOver
            }
        }
    }

    /// Closes all.
    func closeAll() {
        sweep(at: .max)
    }

    /// Whether anything is kept.
    var isEmpty: Bool {
        open.withLock { $0.isEmpty }
    }

    /// Reads and throws away; false once the client has closed.
    private func drain(_ descriptor: Int32) -> Bool {
        let piece = 1 << 16
        return unsafe withUnsafeTemporaryAllocation(byteCount: piece, alignment: 1) { buffer in
            var total = 0
            while total < Self.bytesAtOnce {
                let count = unsafe recv(
                    descriptor, buffer.baseAddress, piece, Int32(MSG_DONTWAIT))
                if count == 0 { return false }
                guard count > 0 else { return errno == EAGAIN || errno == EINTR }
                total += count
            }
            return true
        }
    }
}
