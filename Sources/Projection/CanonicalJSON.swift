internal import JSON
package import Events

/// The one form in which a state is exported, compared and hashed: fields sorted by the UTF-8 of
/// their unescaped names, whitespace outside strings removed, the text of numbers kept.
package enum CanonicalJSON {
    /// Adds a JSON value without the whitespace outside its strings.
    package static func append(_ value: Span<UInt8>, to output: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "\""):
                index = endOfString(value, from: index)
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                output.append(copying: value.extracting(start..<index))
                index += 1
                start = index
            default: index += 1
            }
        }
        output.append(copying: value.extracting(start..<value.count))
    }

    /// The offset after the closing quote of the string that starts at `start`.
    private static func endOfString(_ value: Span<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < value.count, value[index] != UInt8(ascii: "\"") {
            index += value[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, value.count)
    }
}

extension EntityState {
    /// The fields as one JSON object in canonical form.
    package var canonicalJSON: [UInt8] {
        var writer = JSONWriter(capacity: bytes.count)
        writer.object { (object) in writeFields(to: &object) }
        return writer.bytes
    }

    /// The entity as one line of an export, without the line feed:
    /// `{"entity":"order","id":"order-1","state":{...}}`.
    package func exportLine(_ entity: String, _ id: String) -> [UInt8] {
        var writer = JSONWriter(capacity: bytes.count)
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
        for field in fields {
            compact.removeAll(keepingCapacity: true)
            CanonicalJSON.append(bytes.span.extracting(field.value), to: &compact)
            object.key(String(utf8: bytes.span.extracting(field.name)))
            object.raw(compact.span)
        }
    }

    /// The hash of the canonical form: equal for equal states, whatever brought them about.
    package var digest: BodyHash {
        BodyHash(hashing: canonicalJSON.span)
    }
}
