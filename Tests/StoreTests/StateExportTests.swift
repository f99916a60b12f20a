import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateExportTests {
    @Test func `an export is sorted by entity and id`() throws {
        let directory = try TemporaryDirectory()
        let store = try StateStore(
            path: directory.file("state.sqlite"), .init(Catalogue.shipped, cacheBytes: 0))
        try store.begin()
        for (type, id) in [
            ("order.updated", "b"), ("license.created", "z"), ("order.submitted", "a"),
        ] {
            let version = try SampleEvent().version
            let entry = try #require(Catalogue.shipped[type])
            let position = RecordPosition(topic: type, partition: 0, offset: 0)
            let event = StoredEvent(entry: entry, id: id, version: version, position: position)
            _ = try store.apply(event, [("f", "[ 1 ]")])
        }
        try store.commit()
        let reader = try StateReader(path: store.path)
        let license = #"{"entity":"license","id":"z","state":{"f":[1]}}"# + "\n"
        let orders = ["a", "b"].map {
            #"{"entity":"order","id":"\#($0)","state":{"f":[1]}}"# + "\n"
        }
        #expect(try reader.exported() == license + orders.joined())
        #expect(try reader.exported(["order"]) == orders.joined())
        #expect(try reader.exported(["nothing"]) == "")
    }
}
