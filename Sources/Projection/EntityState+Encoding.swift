internal import Events
internal import JSON

/// The encoded state of an entity, as the store keeps it:
///
///     format 1 | count of versions V | V x version 58, ascending
///     | floor: 0 for none, else place + 1 | count of fields F
///     | F x (name's length, value's length, place of its version) | F x (name, value)
///
/// Numbers are LEB128. Fields are sorted by name, and only versions that a field or the floor has
/// are there, so that equal states have equal bytes.
extension EntityState {
    private static let format: UInt8 = 1

    /// The encoded form.
    package var encoded: [UInt8] {
        let table = EncodedVersions(of: self)
        var output: [UInt8] = []
        output.reserveCapacity(encodedCapacity(versions: table.sorted.count))
        output.append(Self.format)
        LEB128.append(table.sorted.count, to: &output)
        for version in table.sorted { version.encode(to: &output) }
        LEB128.append(table.floor.map { $0 + 1 } ?? 0, to: &output)
        LEB128.append(fields.count, to: &output)
        for field in fields {
            LEB128.append(field.name.count, to: &output)
            LEB128.append(field.value.count, to: &output)
            LEB128.append(table.places[field.version], to: &output)
        }
        for field in fields {
            output.append(contentsOf: bytes[field.name])
            output.append(contentsOf: bytes[field.value])
        }
        return output
    }

    private func encodedCapacity(versions: Int) -> Int {
        let perField = 8
        let content = fields.reduce(0) { $0 + $1.name.count + $1.value.count + perField }
        return content + versions * Version.encodedCount + 16
    }

    /// Reads the encoded form; nil where these are not the bytes of a state.
    package init?(encoded: [UInt8]) {
        var reader = EncodedReader(encoded)
        guard reader.byte() == Self.format, let versionCount = reader.count() else { return nil }
        for _ in 0..<versionCount {
            guard let version = reader.version() else { return nil }
            versions.append(version)
        }
        guard let floorPlace = reader.count(), floorPlace <= versionCount,
            let fieldCount = reader.count()
        else { return nil }
        floor = floorPlace == 0 ? nil : versions[floorPlace - 1]
        guard readFields(fieldCount, &reader) else { return nil }
        bytes = encoded
    }

    private mutating func readFields(_ count: Int, _ reader: inout EncodedReader) -> Bool {
        fields.reserveCapacity(count)
        for _ in 0..<count {
            guard let name = reader.count(), let value = reader.count(),
                let place = reader.count(), place < versions.count
            else { return false }
            // The start comes below, when all lengths are known.
            fields.append(Field(name: 0..<name, value: 0..<value, version: place))
        }
        var start = reader.offset
        for index in fields.indices {
            let name = start..<start + fields[index].name.count
            let value = name.upperBound..<name.upperBound + fields[index].value.count
            fields[index].name = name
            fields[index].value = value
            start = value.upperBound
        }
        return start == reader.end
    }
}

extension EntityState: Equatable {
    /// Whether both hold the same fields, versions and floor.
    package static func == (left: Self, right: Self) -> Bool {
        left.encoded == right.encoded
    }
}

/// The versions that a state still uses, in order, and where the state's own table has them.
private struct EncodedVersions {
    var sorted: [Version] = []
    var places: [Int]
    var floor: Int?

    init(of state: EntityState) {
        places = Array(repeating: -1, count: state.versions.count)
        for field in state.fields where places[field.version] < 0 {
            places[field.version] = 0
            sorted.append(state.versions[field.version])
        }
        if let floor = state.floor { sorted.append(floor) }
        sorted.sort()
        removeRepeated()
        for index in places.indices where places[index] == 0 {
            places[index] = place(of: state.versions[index])
        }
        floor = state.floor.map(place(of:))
    }

    /// Two entries of a table can be the same version: an event that was folded twice.
    private mutating func removeRepeated() {
        guard sorted.count > 1 else { return }
        var kept = 1
        for index in 1..<sorted.count where sorted[index] != sorted[kept - 1] {
            sorted[kept] = sorted[index]
            kept += 1
        }
        sorted.removeSubrange(kept...)
    }

    private func place(of version: Version) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < version { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Reads the parts of an encoded state, each bounded by what is left.
private struct EncodedReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var end: Int { bytes.count }

    mutating func byte() -> UInt8? {
        guard offset < end else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A count or length: never more than there are bytes at all.
    mutating func count() -> Int? {
        guard let value = LEB128.read(bytes, &offset), value <= end else { return nil }
        return value
    }

    mutating func version() -> Version? {
        guard let version = Version(encoded: bytes.span, at: offset) else { return nil }
        offset += Version.encodedCount
        return version
    }
}
