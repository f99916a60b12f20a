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

    @Test func `an id is its bytes, and the entity's name counts`() {
        #expect(key("caf\u{e9}") != key("cafe\u{301}"))
        #expect(EntityKey(entity: 1, id: "a") != EntityKey(entity: 2, id: "a"))
        #expect(key("a") == key("a"))
        #expect(key("caf\u{e9}").hashValue == key("caf\u{e9}").hashValue)
    }
}
