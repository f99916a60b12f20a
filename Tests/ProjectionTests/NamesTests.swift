@testable import Projection
import Testing

@Suite struct NamesTests {
    @Test func `names are ordered by their bytes`() {
        let names = ["", "A", "a", "a\u{0}", "aa", "b", "å", "😀"].map { Array($0.utf8) }
        for (index, left) in names.enumerated() {
            for (other, right) in names.enumerated() {
                #expect(Names.compare(left.span, right.span).signum() == (index - other).signum())
            }
        }
    }
}
