internal import Events
internal import JSON

/// The encoded state of an entity, as the store keeps it.
///
///     format 1 | count of versions V | V x version 58, ascending
///     | floor: 0 for none, else place + 1 | count of fields F
///     | F x (name's length, value's length, place of its version) | F x (name, value)
///
/// Numbers are LEB128. Fields are sorted by name, and only versions that a field or the floor has
/// are there, so that equal states have equal bytes.
enum StateFormat {
    static let format: UInt8 = 1

    /// The state before the first event.
    static let empty: [UInt8] = [format, 0, 0, 0]
}

/// Where the parts of an encoded state lie.
struct StateLayout: Sendable {
    /// One field.
    struct Field: Sendable {
        var name: Range<Int>
        var value: Range<Int>
        /// The place of its version.
        var version: Int
    }

    /// Sorted by name.
    private(set) var fields: [Field] = []
    private(set) var versionCount = 0
    private var versionsStart = 0
    /// The place of the version of the newest `replace` event.
    private(set) var floor: Int?

    /// Where a version lies.
    func version(_ place: Int) -> Range<Int> {
        let start = versionsStart + place * Version.encodedCount
        return start..<start + Version.encodedCount
    }

    /// Reads where the parts lie, in the memory it has; false, and no layout to use, where the
    /// bytes are no state.
    mutating func read(_ encoded: Span<UInt8>) -> Bool {
        fields.removeAll(keepingCapacity: true)
        var offset = 1
        guard encoded.count > 1, encoded[0] == StateFormat.format,
            let versions = Self.count(encoded, &offset)
        else { return false }
        versionCount = versions
        versionsStart = offset
        offset += versions * Version.encodedCount
        guard let place = Self.count(encoded, &offset), place <= versions else { return false }
        floor = place == 0 ? nil : place - 1
        return readFields(encoded, &offset)
    }

    private mutating func readFields(_ encoded: Span<UInt8>, _ offset: inout Int) -> Bool {
        guard let count = Self.count(encoded, &offset) else { return false }
        fields.reserveCapacity(count)
        for _ in 0..<count {
            guard let name = Self.count(encoded, &offset),
                let value = Self.count(encoded, &offset),
                let place = Self.count(encoded, &offset), place < versionCount
            else { return false }
            // The start comes below, when all lengths are known.
            fields.append(Field(name: 0..<name, value: 0..<value, version: place))
        }
        for index in fields.indices {
            let name = offset..<offset + fields[index].name.count
            let value = name.upperBound..<name.upperBound + fields[index].value.count
            fields[index].name = name
            fields[index].value = value
            offset = value.upperBound
        }
        return offset == encoded.count
    }

    /// A count or length: never more than there are bytes at all.
    private static func count(_ encoded: Span<UInt8>, _ offset: inout Int) -> Int? {
        guard let value = LEB128.read(encoded, &offset), value <= encoded.count else { return nil }
        return value
    }
}
