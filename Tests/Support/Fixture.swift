/// The example bodies of the four webhooks, as the sender documents them.
package enum Fixture {
    /// The types there is a body for, in the order in which a customer causes them.
    package static let types = [
        "order.submitted", "order.updated", "order.lineItemStatusChanged", "license.created",
    ]

    /// The body as it is documented: all four have the same eventId.
    package static func body(_ type: String) throws -> [UInt8] {
        Array(try SourceTree.file("Tests/Fixtures/\(type).json").text.utf8)
    }

    /// The body with an eventId, a key and a time of its own.
    package static func body(
        _ type: String, eventID: String, key: String, occurredAt: String = documentedTime
    ) throws -> [UInt8] {
        var text = try SourceTree.file("Tests/Fixtures/\(type).json").text
        let documentedKey =
            type.hasPrefix("license.")
            ? "\"licenseId\": \"<string>\"" : "\"orderId\": \"order-123\""
        let name = documentedKey.prefix { $0 != ":" }
        text.replace(documentedID, with: eventID, maxReplacements: 1)
        text.replace(documentedKey, with: "\(name): \"\(key)\"", maxReplacements: 1)
        text.replace(documentedTime, with: occurredAt, maxReplacements: 1)
        return Array(text.utf8)
    }

    private static let documentedID = "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab"
    /// The occurredAt of all four.
    package static let documentedTime = "2023-11-07T05:31:56Z"
}
