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

    @Test func `while a generation is built the entities of lower partitions go first`() {
        // Room for ten: an empty state has four bytes.
        var cache = EntityCache(limit: 10 * 404, isBuilding: true)
        func add(_ number: Int, partition: Int32) -> [String] {
            let entity = CachedEntity(key("\(number)"))
            entity.partition = partition
            cache.insert(entity)
            cache.settle(entity)
            return cache.trim().map(\.key.id)
        }
        for number in 0..<10 { #expect(add(number, partition: number < 6 ? 1 : 2).isEmpty) }
        #expect(Set(add(10, partition: 2)) == Set((0..<6).map(String.init)))
        #expect(cache.find(key("5")) == nil)
        for number in 11..<16 { #expect(add(number, partition: 2).isEmpty) }
        // No other partition's are left.
        #expect(add(16, partition: 2).count == 11)
    }

    @Test func `an id is its bytes, and the entity's name counts`() {
        #expect(key("caf\u{e9}") != key("cafe\u{301}"))
        #expect(EntityKey(entity: 1, id: "a") != EntityKey(entity: 2, id: "a"))
        #expect(key("a") == key("a"))
        #expect(key("caf\u{e9}").hashValue == key("caf\u{e9}").hashValue)
    }
}
