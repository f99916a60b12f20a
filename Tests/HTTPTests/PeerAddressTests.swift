import Glibc
import Testing

@testable import HTTP

struct PeerAddressTests {
    private func address(_ text: String) -> PeerAddress {
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if unsafe inet_pton(AF_INET, text, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            return unsafe withUnsafePointer(to: four) { pointer in
                unsafe PeerAddress(UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
            }
        }
        _ = unsafe inet_pton(AF_INET6, text, &six.sin6_addr)
        six.sin6_family = sa_family_t(AF_INET6)
        return unsafe withUnsafePointer(to: six) { pointer in
            unsafe PeerAddress(UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
        }
    }

    @Test(arguments: [
        ("10.1.2.255", "10.1.2.255"), ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8::1", "2001:db8:0:0:0:0:0:1"),
    ])
    func `an address reads as people write it`(text: String, description: String) {
        #expect(address(text).description == description)
    }

    @Test func `IPv4 counts by address, IPv6 by network`() {
        #expect(address("10.0.0.1").counted != address("10.0.0.2").counted)
        #expect(address("::ffff:10.0.0.1").counted == address("10.0.0.1").counted)
        #expect(address("2001:db8:0:1::1").counted == address("2001:db8:0:1::2").counted)
        #expect(address("2001:db8:0:1::1").counted != address("2001:db8:0:2::1").counted)
    }
}
