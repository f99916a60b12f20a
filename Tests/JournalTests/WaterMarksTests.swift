import Testing

@testable import Journal

struct WaterMarksTests {
    /// Segments of 100 pages.
    private static let segment = 100 * 4096

    private func marks(maxBytes: Int = 0, minFreeBytes: Int = 0) -> WaterMarks {
        var configuration = JournalConfiguration()
        configuration.segmentBytes = Self.segment
        configuration.batchBytes = 4096
        configuration.maxBytes = maxBytes
        configuration.minFreeBytes = minFreeBytes
        return WaterMarks(configuration)
    }

    private func figures(taken: Int, free: Int = .max) -> WaterMarks.Figures {
        WaterMarks.Figures(taken: taken, free: free)
    }

    @Test func `without marks everything may be taken`() {
        var marks = marks()
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 1 << 50, free: 4096)) == nil)
    }

    @Test func `at the limit no segment is made until a segment below it`() {
        var marks = marks(maxBytes: 5 * Self.segment)
        let segment = Self.segment
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 4 * segment)) == nil)
        #expect(
            marks.check(isNew: true, growing: 4096, figures(taken: 4 * segment + 1)) == .maxBytes)
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 4 * segment)) == .maxBytes)
        #expect(
            marks.check(isNew: true, growing: 4096, figures(taken: 3 * segment + 1)) == .maxBytes)
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 3 * segment)) == nil)
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 4 * segment)) == nil)
    }

    @Test func `a segment that is there may be filled up to the limit, and not beyond`() {
        var marks = marks(maxBytes: 5 * Self.segment)
        let segment = Self.segment
        #expect(marks.check(isNew: true, growing: 4096, figures(taken: 5 * segment)) == .maxBytes)
        #expect(marks.check(isNew: false, growing: 4096, figures(taken: 5 * segment)) == nil)
        #expect(
            marks.check(isNew: false, growing: 4096, figures(taken: 5 * segment + 1)) == .maxBytes)
    }

    @Test func `what is to be left free stops new segments and those that grow`() {
        for isNew in [true, false] {
            var marks = marks(minFreeBytes: 10_000)
            let segment = Self.segment
            #expect(
                marks.check(isNew: isNew, growing: 4096, figures(taken: 0, free: 14_096)) == nil)
            #expect(
                marks.check(isNew: isNew, growing: 4096, figures(taken: 0, free: 14_095))
                    == .minFreeBytes)
            #expect(
                marks.check(isNew: isNew, growing: 4096, figures(taken: 0, free: segment + 14_095))
                    == .minFreeBytes)
            #expect(
                marks.check(isNew: isNew, growing: 4096, figures(taken: 0, free: segment + 14_096))
                    == nil)
        }
    }
}
