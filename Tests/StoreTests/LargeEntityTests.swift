import Store
import Testing

@Suite struct LargeEntityTests {
    @Test func `an entity that has become very large is told once, and counted while it is`() throws
    {
        let store = try StateStore.inMemory()
        let long = "\"" + String(repeating: "x", count: LargeEntity.limit) + "\""
        try store.applyAll([SampleEvent(id: "small")])
        #expect(store.largeEntities == 0)
        try store.applyAll([
            SampleEvent(id: "large", seconds: 1, eventID: 11, fields: [("a", long)])
        ])
        #expect(store.largeEntities == 1)
        let told = store.takeNewlyLarge()
        #expect(told.map(\.id) == ["large"])
        #expect(told.allSatisfy { $0.bytes > LargeEntity.limit })
        try store.applyAll([SampleEvent(id: "large", seconds: 2, eventID: 12, fields: [("b", "1")])]
        )
        #expect(store.takeNewlyLarge().isEmpty)
        #expect(store.largeEntities == 1)
        try store.applyAll([SampleEvent(id: "large", seconds: 3, eventID: 13, fields: [("a", "1")])]
        )
        #expect(store.largeEntities == 0)
    }
}
