@testable import Store
import Testing

@Suite struct EntityCacheTests {
    private func key(_ id: String) -> EntityKey { EntityKey(entity: 1, id: id) }

    private func fill(_ cache: inout EntityCache, _ range: Range<Int>) {
        for number in range {
            let entity = CachedEntity(key("\(number)"), number: Int64(number))
            cache.insert(entity)
            cache.settle(entity)
            cache.trim()
        }
    }

    @Test func `what was used last stays within the bound`() {
        var cache = EntityCache(limit: 100 * 400)
        fill(&cache, 0..<1000)
        let found = (0..<1000).filter { cache.find(key("\($0)")) != nil }
        #expect(found.count <= 102)
        #expect(found.contains(999))
        #expect(found.contains(0) == false)
    }

    @Test func `what is used again and again is never dropped`() {
        var cache = EntityCache(limit: 10 * 400)
        fill(&cache, 0..<1)
        for number in 1..<200 {
            fill(&cache, number..<number + 1)
            #expect(cache.find(key("0")) != nil)
        }
    }

    @Test func `a small part is dropped at a time, in the order of its use`() {
        // Room for 640: an empty state has four bytes.
        var cache = EntityCache(limit: 640 * 404)
        var dropped: [String] = []
        for number in 0..<5000 {
            let entity = CachedEntity(key("\(number)"))
            cache.insert(entity)
            cache.settle(entity)
            let now = cache.trim().map(\.key.id)
            #expect(now.count <= 11)
            dropped += now
        }
        #expect(dropped == (0..<dropped.count).map(String.init))
        #expect((4360..<4372).contains(dropped.count))
        #expect(cache.dirty.isEmpty)
        #expect(cache.find(key("4999")) != nil)
        #expect(cache.find(key("\(dropped.count - 1)")) == nil)
    }

    @Test func `an id is its bytes, and the entity's name counts`() {
        #expect(key("caf\u{e9}") != key("cafe\u{301}"))
        #expect(EntityKey(entity: 1, id: "a") != EntityKey(entity: 2, id: "a"))
        #expect(key("a") == key("a"))
        #expect(key("caf\u{e9}").hashValue == key("caf\u{e9}").hashValue)
    }
}
