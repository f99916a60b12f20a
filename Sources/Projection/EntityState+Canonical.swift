package import Events
internal import JSON

// The one form in which a state is exported, compared and hashed: fields sorted by the UTF-8 of
// their unescaped names, whitespace outside strings removed, the text of numbers kept.
extension EntityState {
    /// The fields as one JSON object in canonical form.
    package var canonicalJSON: [UInt8] {
        var writer = JSONWriter(capacity: encoded.count)
        writer.object { (object) in writeFields(to: &object) }
        return writer.bytes
    }

    /// The entity as one line of an export, without the line feed:
    /// `{"entity":"order","id":"order-1","state":{...}}`.
    package func exportLine(_ entity: String, _ id: String) -> [UInt8] {
        var writer = JSONWriter(capacity: encoded.count)
        writer.object { line in
            line.key("entity")
            line.value(entity)
            line.key("id")
            line.value(id)
            line.object("state") { writeFields(to: &$0) }
        }
        return writer.bytes
    }

    private func writeFields(to object: inout JSONWriter) {
        var compact: [UInt8] = []
        forEachField { name, value, _ in
            compact.removeAll(keepingCapacity: true)
            CompactJSON.append(value, to: &compact)
            object.key(String(utf8: name))
            object.raw(compact.span)
        }
    }

    /// The hash of the canonical form: equal for equal states, whatever brought them about.
    package var digest: BodyHash {
        BodyHash(hashing: canonicalJSON.span)
    }
}
