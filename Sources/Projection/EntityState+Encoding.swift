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
        appendContent(to: &output)
        return output
    }

    /// Names and values in order; what lies side by side is copied at once.
    private func appendContent(to output: inout [UInt8]) {
        var run = 0..<0
        func add(_ piece: Range<Int>) {
            if piece.lowerBound == run.upperBound {
                run = run.lowerBound..<piece.upperBound
            } else {
                output.append(copying: bytes.span.extracting(run))
                run = piece
            }
        }
        for field in fields {
            add(field.name)
            add(field.value)
        }
        output.append(copying: bytes.span.extracting(run))
    }

    private func encodedCapacity(versions: Int) -> Int {
        let perField = 8
        let content = fields.reduce(0) { $0 + $1.name.count + $1.value.count + perField }
        return content + versions * Version.encodedCount + 16
    }

    /// Reads the encoded form; nil where these are not the bytes of a state.
    package init?(encoded: [UInt8]) {
        guard decode(encoded.span) else { return nil }
    }

    /// Becomes the state that these bytes encode, in the memory it has; false, and no state to
    /// use, where they are none.
    package mutating func decode(_ encoded: Span<UInt8>) -> Bool {
        removeAll()
        var offset = 1
        guard encoded.count > 1, encoded[0] == Self.format,
            let versionCount = Self.count(encoded, &offset)
        else { return false }
        for _ in 0..<versionCount {
            guard let version = Version(encoded: encoded, at: offset) else { return false }
            versions.append(version)
            offset += Version.encodedCount
        }
        guard let floorPlace = Self.count(encoded, &offset), floorPlace <= versionCount,
            decodeFields(encoded, &offset)
        else { return false }
        floor = floorPlace == 0 ? nil : versions[floorPlace - 1]
        bytes.append(copying: encoded)
        return true
    }

    private mutating func decodeFields(_ encoded: Span<UInt8>, _ offset: inout Int) -> Bool {
        guard let count = Self.count(encoded, &offset) else { return false }
        for _ in 0..<count {
            guard let name = Self.count(encoded, &offset),
                let value = Self.count(encoded, &offset),
                let place = Self.count(encoded, &offset), place < versions.count
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
