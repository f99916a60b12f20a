import Events
import JSON
import Testing

@Suite struct CatalogueEntryTests {
    @Test func `updatedAt stands in the snapshot`() throws {
        let entry = try #require(Catalogue.shipped["order.lineItemStatusChanged"])
        #expect(entry.updatedAtPath.description == "data.order.updatedAt")
    }

    @Test(arguments: [
        ("object", "{}", true), ("object", "[]", false), ("object", "null", false),
        ("array", "[]", true), ("array", "{}", false), ("any", "7", true),
    ])
    func `data is what the entry allows`(_ kind: String, _ data: String, _ isAllowed: Bool) throws {
        let catalogue = try Catalogue(
            json5: Array("{types:{t:{entity:'e',key:'k',snapshot:'s',data:'\(kind)'}}}".utf8))
        let scanner = EventScanner(catalogue: catalogue)
        let body = """
            {"eventId":"b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab","type":"t","k":"1","s":{},\
            "occurredAt":"2026-01-01T00:00:00Z","data":\(data)}
            """
        switch scanner.scan(PaddedBytes(body), receivedAt: .now()) {
        case .event: #expect(isAllowed)
        case .quarantine(.envelope, _): #expect(!isAllowed)
        default: Issue.record("\(kind) \(data)")
        }
    }
}
