internal import CMicrohttpd
internal import Glibc

/// Where a connection comes from: an IPv4 address, or the network part of an IPv6 address.
///
/// Whoever has an IPv6 address has 2^64 of them, so limits count the /64 as one.
struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64
    private let isIPv6: Bool

    /// The address in a socket's form.
    init(_ address: UnsafePointer<sockaddr>?) {
        var (high, low, isIPv6): (UInt64, UInt64, Bool) = (0, 0, false)
        if let address = unsafe address {
            switch unsafe Int32(address.pointee.sa_family) {
            case AF_INET:
                low = unsafe UnsafeRawPointer(address).load(as: sockaddr_in.self).sin_addr
                    .s_addr.bigEndian.widened
            case AF_INET6:
                let bytes = unsafe UnsafeRawPointer(address).load(as: sockaddr_in6.self).sin6_addr
                (high, low) = unsafe withUnsafeBytes(of: bytes) { bytes in
                    unsafe (
                        UInt64(bigEndian: bytes.load(as: UInt64.self)),
                        UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
                    )
                }
                isIPv6 = true
            default: break
            }
        }
        // An IPv4 address inside an IPv6 one (::ffff:a.b.c.d) is that IPv4 address.
        let isMapped = isIPv6 && high == 0 && low >> 32 == 0xFFFF
        self.isIPv6 = isIPv6 && !isMapped
        self.high = high
        self.low = isMapped ? low & 0xFFFF_FFFF : low
    }

    /// What limits count together.
    var counted: PeerAddress {
        isIPv6 ? PeerAddress(high: high, low: 0, isIPv6: true) : self
    }

    private init(high: UInt64, low: UInt64, isIPv6: Bool) {
        self.high = high
        self.low = low
        self.isIPv6 = isIPv6
    }

    var description: String {
        guard isIPv6 else {
            return [24, 16, 8, 0].map { String(low >> $0 & 0xFF) }.joined(separator: ".")
        }
        let shifts = [48, 32, 16, 0]
        let parts = shifts.map { high >> $0 & 0xFFFF } + shifts.map { low >> $0 & 0xFFFF }
        return parts.map { String($0, radix: 16) }.joined(separator: ":")
    }
}

extension UInt32 {
    fileprivate var widened: UInt64 { UInt64(self) }
}
