import Events
import JSON
import Support
import Testing

@Suite struct CatalogueTests {
    @Test func `the embedded catalogue is the shipped file`() throws {
        #expect(Catalogue.shippedText == (try SourceTree.file("config/catalogue.json5").text))
    }

    @Test func `eight types are shipped, with what the design says of them`() {
        let lines = Catalogue.shipped.entries.map { entry in
            let history = entry.historyFields.map(\.name).joined(separator: ",")
            return "\(entry.type) \(entry.topic) \(entry.entity) \(entry.keyPath) "
                + "\(entry.snapshotPath) \(entry.mode) \(entry.rank) \(history)"
        }
        let license = "license data.licenseId data merge"
        let order = "order data.orderId data merge"
        #expect(
            lines == [
                "license.activated license.activated \(license) 30 ",
                "license.created license.created \(license) 10 ",
                "license.ended license.ended \(license) 40 ",
                "license.renewed license.renewed \(license) 30 ",
                "order.cancelled order.cancelled \(order) 40 ",
                "order.lineItemStatusChanged order.lineItemStatusChanged order "
                    + "data.order.orderId data.order merge 20 lineItemId",
                "order.submitted order.submitted \(order) 10 ",
                "order.updated order.updated \(order) 20 ",
            ])
        #expect(Catalogue.shipped.entities == ["license", "order"])
    }

    @Test func `filters are those of all types of an entity, and no part of the merge rules`()
        throws
    {
        func read(_ first: String, _ second: String) throws -> Catalogue {
            try Catalogue(
                json5: Array(
                    """
                    {types: {
                        a: {entity: "x", key: "data.id", snapshot: "data", \(first)},
                        b: {entity: "x", key: "data.id", snapshot: "data", \(second)},
                        c: {entity: "y", key: "data.id", snapshot: "data", filters: ["other"]},
                    }}
                    """.utf8))
        }
        let catalogue = try read(#"filters: ["s", "o.n"]"#, #"filters: ["s", "t"]"#)
        #expect(catalogue.filters(of: "x").map(\.description) == ["o.n", "s", "t"])
        #expect(catalogue.filters(of: "z").isEmpty)
        #expect(try read("", "").mergeRules == catalogue.mergeRules)
        for wrong in ["a..b", "limit", "updatedSince"] {
            let error = #expect(throws: CatalogueError.self) {
                try read("filters: [\"\(wrong)\"]", "")
            }
            #expect(error?.description.contains("types.a.filters is \"\(wrong)\"") == true)
        }
        #expect(
            Catalogue.shipped.filters(of: "order").map(\.description)
                == ["customer.customerId", "state"])
    }

    @Test func `a type's topics are those that it goes to and once went to`() throws {
        func read(_ former: String) throws -> Catalogue {
            try Catalogue(
                json5: Array(
                    """
                    {types: {
                        a: {entity: "x", key: "id", snapshot: "data", formerTopics: \(former)},
                        b: {entity: "x", key: "id", snapshot: "data", topic: "a"},
                    }}
                    """.utf8))
        }
        let catalogue = try read(#"["old.a", "p.a"]"#)
        #expect(catalogue.topics(prefix: "p.") == ["p.a"])
        #expect(catalogue.topicsToRead(prefix: "p.") == ["p.a": ["a", "b"], "old.a": ["a"]])
        #expect(try catalogue.mergeRules == read("[]").mergeRules)
        for wrong in ["", "a b", "..", String(repeating: "t", count: 250)] {
            let error = #expect(throws: CatalogueError.self) { try read("[\"\(wrong)\"]") }
            #expect(error?.description.contains("types.a.formerTopics is") == true)
        }
    }

    @Test func `a new type of another entity is a few lines`() throws {
        let catalogue = try Catalogue(
            json5: Array(
                """
                { types: { 'custom.workflow_triggered': {   // data is a list here
                    entity: 'workflow', key: 'data.0.id', snapshot: 'data.0', data: 'array',
                    mode: 'replace', topic: 'workflows', history: ['data.0.step'],
                } } }
                """.utf8))
        let entry = try #require(catalogue["custom.workflow_triggered"])
        #expect(entry.mode == .replace)
        #expect(entry.rank == 20)
        #expect(entry.topic == "workflows")
        let body = PaddedBytes(
            """
            {"eventId":"b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab","type":"custom.workflow_triggered",
            "occurredAt":"2026-01-01T00:00:00Z","data":[{"id":"w-1","step":"x","n":1}]}
            """)
        let scanner = EventScanner(catalogue: catalogue)
        guard case .event(let event) = scanner.scan(body, receivedAt: .now()) else {
            Issue.record("\(scanner.scan(body, receivedAt: .now()))")
            return
        }
        #expect(event.key == "w-1")
        #expect(scanner.historyValue(entry.historyFields[0]) == "x")
        var fields: [String] = []
        try SnapshotScanner().withFields(of: body, entry) { found in
            found.forEach { name, _ in fields.append(String(utf8: name)) }
        }
        #expect(fields == ["id", "n", "step"])
    }

    @Test func `the digest of a type's merge rules changes with them only`() throws {
        func digest(_ entry: String) throws -> BodyHash {
            let text = "{types:{b:{entity:'e',key:'k',snapshot:'s'},a:\(entry)}}"
            let rules = try Catalogue(json5: Array(text.utf8)).mergeRules
            #expect(rules.digests.count == 2)
            return try #require(rules.digests["a"])
        }
        let base = try digest("{entity:'e',key:'k',snapshot:'s'}")
        for same in [
            "{snapshot:'s',key:'k',entity:'e',mode:'merge',rank:20}",
            "{entity:'e',key:'k',snapshot:'s',topic:'t',history:['h']}",
        ] {
            #expect(try digest(same) == base)
        }
        for other in [
            "{entity:'f',key:'k',snapshot:'s'}", "{entity:'e',key:'l',snapshot:'s'}",
            "{entity:'e',key:'k',snapshot:'t'}", "{entity:'e',key:'k',snapshot:'s',rank:21}",
            "{entity:'e',key:'k',snapshot:'s',mode:'replace'}",
        ] {
            #expect(try digest(other) != base)
        }
        // Stores keep it: a change of this value makes every state folder ask for a replay.
        let shipped = Catalogue.shipped.mergeRules.digests
        #expect(shipped["order.updated"]?.description == "8aa730577bb519cbacf98d54a1e9989c")
    }
}
