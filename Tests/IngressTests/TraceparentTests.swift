import Testing

@testable import Ingress

struct TraceparentTests {
    private static let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test(arguments: [good, "cc" + good.dropFirst(2), "01" + good.dropFirst(2) + "-more"])
    func `one of the right form is kept as it came`(text: String) {
        #expect(Traceparent.read(Array(text.utf8).span) == text)
    }

    @Test(arguments: [
        "", String(good.dropLast()), good + "-more", good + "0", good.uppercased(),
        "ff" + good.dropFirst(2), "0g" + good.dropFirst(2),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01" + good.dropFirst(2) + "-" + String(repeating: "a", count: 100),
    ])
    func `any other is left out`(text: String) {
        #expect(Traceparent.read(Array(text.utf8).span) == nil)
    }
}
