internal import JSON

/// Reads what it can of a body that is JSON but that the parser cannot hold.
final class PartialReader {
    private let catalogue: Catalogue
    private let fields = JSONFieldReader()

    init(catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    /// What the body says; of repeated members the last.
    func parts(of body: borrowing PaddedBytes, _ hash: BodyHash) -> ScannedParts {
        var parts = ScannedParts(bodyHash: hash)
        take(Paths.eventID, of: body) { parts.takeEventID($0, $1) }
        take(Paths.type, of: body) { parts.takeType($0, $1, catalogue) }
        take(Paths.occurredAt, of: body) { parts.takeOccurredAt($0, $1) }
        if let entry = parts.entry { take(entry.keyPath, of: body) { parts.takeKey($0, $1) } }
        return parts
    }

    private func take(
        _ path: JSONPath, of body: borrowing PaddedBytes,
        _ use: (JSONScanner.Found, Span<UInt8>) -> Void
    ) {
        guard let last = path.names.last else { return }
        let wanted = Array(last.utf8)
        var raw: [UInt8] = []
        fields.forEachField(of: body, at: path.parent) { name, value in
            if name.elementsEqual(wanted) { raw = Array(copying: value) }
        }
        guard let text = fields.string(raw.span) else { return }
        use(.once(.string), Array(text.utf8).span)
    }
}
