import Support
import Testing

@Suite struct StateModelTests {
    @Test func `the model merges by field, newest first`() throws {
        var model = StateModel()
        let older = #"""
            {"eventId":"a","type":"order.updated","occurredAt":"2026-01-01T00:00:00Z",
             "data":{"orderId":"o-1","state":"A","pricing":{"total": 2.50}}}
            """#
        let newer = #"""
            {"eventId":"b","type":"order.lineItemStatusChanged","occurredAt":
             "2026-01-01T02:00:00+01:00",
             "data":{"lineItemId":"l","order":{"orderId":"o-1","state":"B, \"[}", "x":null}}}
            """#
        try model.apply(Array(newer.utf8))
        try model.apply(Array(older.utf8))
        let state = #"{"orderId":"o-1","pricing":{"total":2.50},"state":"B, \"[}","x":null}"#
        #expect(model.export == #"{"entity":"order","id":"o-1","state":\#(state)}"# + "\n")
    }

    @Test(arguments: Fixture.types)
    func `the model reads the documented bodies`(type: String) throws {
        var model = StateModel()
        try model.apply(try Fixture.body(type))
        #expect(model.count == 1)
    }
}
