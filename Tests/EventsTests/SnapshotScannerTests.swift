import Events
import JSON
import Support
import Testing

@Suite struct SnapshotScannerTests {
    let scanner = SnapshotScanner()

    @Test(arguments: [
        ("order.submitted", 20), ("order.updated", 16), ("order.lineItemStatusChanged", 15),
        ("license.created", 13),
    ])
    func `a documented webhook gives the fields of its entity`(_ type: String, _ count: Int) throws
    {
        let entry = try #require(Catalogue.shipped[type])
        let body = PaddedBytes(try Fixture.body(type))
        let json = JSONScanner()
        var names: [String] = []
        try scanner.withFields(of: body, entry) { fields in
            fields.forEach { name, value in
                names.append(String(utf8: name))
                let value = PaddedBytes(copying: value)
                #expect(throws: Never.self) { try json.parse(value) }
            }
        }
        #expect(names.count == count)
        #expect(names.contains(type == "license.created" ? "licenseId" : "orderId"))
    }

    @Test func `values are the bytes that came`() throws {
        let entry = try #require(Catalogue.shipped["order.lineItemStatusChanged"])
        let body = PaddedBytes(
            #"{"data":{"lineItemId":"x","order":{"a": 2.50 ,"b":null,"\u0061":{ "c":1e2 } }}}"#)
        var fields: [String] = []
        try scanner.withFields(of: body, entry) { found in
            found.forEach { fields.append("\(String(utf8: $0))=\(String(utf8: $1))") }
        }
        #expect(fields == [#"a={ "c":1e2 }"#, "b=null"])
    }
}
