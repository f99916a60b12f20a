import Testing

@testable import Kafka

@Suite struct RecordHeadersTests {
    private func texts(_ headers: RecordHeaders) -> [String] {
        headers.headers.map { header in
            "\(header.name)=\(String(decoding: headers.bytes[header.value], as: UTF8.self))"
        }
    }

    @Test func `headers keep their order and repeats`() {
        var headers = RecordHeaders()
        headers.add("a", "1")
        headers.add("b", "")
        headers.add("a", [UInt8](repeating: 50, count: 3))
        headers.add("c", "order", slash: "o/1")
        #expect(texts(headers) == ["a=1", "b=", "a=222", "c=order/o/1"])
    }

    @Test(arguments: [UInt64(0), 9, 10, 907, .max])
    func `a number is written in decimal digits`(_ number: UInt64) {
        var headers = RecordHeaders()
        headers.add("before", "x")
        headers.add("number", decimal: number)
        #expect(texts(headers) == ["before=x", "number=\(number)"])
    }

    @Test func `after removing all it is empty`() {
        var headers = RecordHeaders()
        headers.add("a", "1")
        headers.removeAll()
        headers.add("b", "2")
        #expect(texts(headers) == ["b=2"])
    }
}
