import Testing

@testable import Simulator

@Suite struct SeededRandomTests {
    @Test func `the numbers are those of SplitMix64`() {
        var random = SeededRandom(seed: 1_234_567)
        let numbers = (0..<3).map { _ in random.next() }
        // The sequence that the algorithm's authors give for this seed.
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test func `shares and ranges are kept to`() {
        var random = SeededRandom(seed: 1)
        let hits = (0..<10_000).count { _ in random.happens(0.25) }
        #expect((2300...2700).contains(hits))
        let never = (0..<1000).count { _ in random.happens(0) }
        let always = (0..<1000).count { _ in random.happens(1) }
        #expect(never == 0)
        #expect(always == 1000)
        let numbers = Set((0..<1000).map { _ in random.within(3...7) })
        #expect(numbers == [3, 4, 5, 6, 7])
        let digits = random.digits(12)
        #expect(digits.count == 12)
        #expect(["a", "b"].contains(random.pick(["a", "b"])))
    }
}
