import Configuration
import Events
import Testing

@Suite struct CatalogueReaderTests {
    @Test func `every problem is told at once, with place, value and what is allowed`() {
        let problems = problems(
            """
            { version: 1, types: {
              "a b": { entity: "order", key: "data.id", snapshot: "data" },
              "x.list": [],
              "x.most": { entity: "an order", key: "data..id", snapshot: 7, mode: "patch",
                rank: 256, history: ["a.", "b"], topic: "quarantine", data: true, ranks: 1 },
              "x.none": {},
              "x.some": { entity: "e", key: "k", snapshot: "s", rank: "high", history: "h" },
              "x.text": { entity: "e", key: "k", snapshot: "s", history: [1], topic: 1 },
            } }
            """)
        let found = problems.map { "\($0.path) = \($0.value ?? "unknown")" }
        #expect(
            found == [
                "types.a b = a name that no type has", "types.x.list = []",
                "types.x.list.entity = missing", "types.x.list.key = missing",
                "types.x.list.snapshot = missing",
                "types.x.most.entity = \"an order\"", "types.x.most.key = \"data..id\"",
                "types.x.most.snapshot = 7", "types.x.most.topic = \"quarantine\"",
                "types.x.most.mode = \"patch\"", "types.x.most.rank = 256",
                "types.x.most.history = \"a.\"", "types.x.most.data = true",
                "types.x.none.entity = missing", "types.x.none.key = missing",
                "types.x.none.snapshot = missing", "types.x.some.rank = \"high\"",
                "types.x.some.history = \"h\"", "types.x.text.topic = 1",
                "types.x.text.history = [1]", "types.x.most.ranks = unknown",
                "version = unknown",
            ])
        #expect(
            problems.map(\.description).contains(
                "types.x.most.mode is \"patch\" (my catalogue): "
                    + "must be \"merge\" or \"replace\""))
        #expect(
            problems.map(\.description).contains(
                "types.x.none.key is missing: must be names joined by dots, such as data.orderId"))
    }

    @Test(arguments: ["", "[", "[]", "7", "{}", "{types: []}", "{types: {}}", "{types: {a: }}"])
    func `what is no catalogue is refused with a reason`(_ text: String) {
        let problems = problems(text)
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { !$0.complaint.isEmpty })
    }

    private func problems(_ text: String) -> [ConfigurationProblem] {
        let error = #expect(throws: CatalogueError.self) {
            try Catalogue(json5: Array(text.utf8), path: "my catalogue")
        }
        return error?.problems ?? []
    }
}
