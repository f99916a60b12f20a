import Testing

@testable import HTTP

struct HeaderScanTests {
    /// What a scan of these headers finds.
    private func scanned<R>(
        _ headers: [(String, String)], _ body: (HeaderScan) -> R
    ) -> R {
        // The memory must stay for as long as the scan: it keeps places, not bytes.
        let bytes = headers.map { (Array($0.0.utf8), Array($0.1.utf8)) }
        var scan = unsafe HeaderScan(after: nil)
        func add(_ rest: ArraySlice<([UInt8], [UInt8])>) -> R {
            guard let (name, value) = rest.first else { return body(scan) }
            return unsafe name.withUnsafeBufferPointer { name in
                unsafe value.withUnsafeBufferPointer { value in
                    unsafe scan.add(name: name, value: value)
                    return add(rest.dropFirst())
                }
            }
        }
        return add(bytes[...])
    }

    @Test(arguments: HTTPHeader.allCases)
    func `a header is known by its name in any case`(header: HTTPHeader) {
        let name = "\(header.name)"
        for name in [name, name.uppercased()] {
            #expect(scanned([(name, "v")]) { $0.has(header) })
        }
        #expect(scanned([(name + "x", "v")]) { !$0.has(header) })
        #expect(scanned([(name, "v"), (name.uppercased(), "v")]) { $0.isRepeated(header) })
    }

    @Test func `every character but those of a token spoils a name`() {
        let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for byte in UInt8.min...UInt8.max {
            let name = [UInt8(ascii: "a"), byte]
            var scan = unsafe HeaderScan(after: nil)
            unsafe name.withUnsafeBufferPointer { name in
                unsafe scan.add(name: name, value: UnsafeBufferPointer(start: nil, count: 0))
            }
            #expect(scan.hasBadName == !token.utf8.contains(byte), "\(byte)")
        }
    }

    @Test func `control characters but a tab spoil a value`() {
        for byte in UInt8.min...UInt8.max {
            let value = [UInt8(ascii: "a"), byte, UInt8(ascii: "a")]
            var scan = unsafe HeaderScan(after: nil)
            unsafe value.withUnsafeBufferPointer { value in
                unsafe scan.add(name: UnsafeBufferPointer(start: nil, count: 0), value: value)
            }
            let isControl = byte < 0x20 && byte != 0x09 || byte == 0x7F
            #expect(scan.hasBadValue == isControl, "\(byte)")
        }
    }

    @Test func `white space after a value is no part of it, but of a transfer encoding`() {
        #expect(scanned([("expect", "100-continue \t")]) { $0.says("100-continue", in: .expect) })
        let headers = [("transfer-encoding", "chunked ")]
        #expect(scanned(headers) { !$0.says("chunked", in: .transferEncoding) })
    }
}
