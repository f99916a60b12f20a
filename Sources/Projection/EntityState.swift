package import Events
internal import JSON

/// The state of one order, licence or whatever the catalogue knows: for each top-level field the
/// value with the highest version, as the bytes that came.
///
/// A `replace` event sets a floor: fields whose version is below it are gone for good. Both, the
/// highest version of a field and the highest floor, are maxima, so folding events or folded
/// states is commutative, associative and idempotent: any order and any repetition of the same
/// events gives the same state, and the same encoded bytes.
package struct EntityState: Sendable {
    /// One field; its name and value lie in `bytes`.
    struct Field: Sendable {
        var name: Range<Int>
        var value: Range<Int>
        /// Its place in `versions`.
        var version: Int
    }

    /// The highest version of a `replace` event.
    package internal(set) var floor: Version?
    /// Every version that a field has, and perhaps some that none has any more.
    var versions: [Version] = []
    /// Sorted by name.
    var fields: [Field] = []
    /// Names and values, with gaps where a value was replaced.
    var bytes: [UInt8] = []

    /// The state before the first event.
    package init() {}

    /// Becomes the state before the first event, and keeps its memory for the next one.
    package mutating func removeAll() {
        floor = nil
        versions.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// How many fields there are.
    package var count: Int { fields.count }

    /// The version of the newest event that set a field or the floor; nil before the first event.
    package var newest: Version? {
        let newest = fields.lazy.map { versions[$0.version] }.max()
        return if let newest, let floor { max(newest, floor) } else { newest ?? floor }
    }

    /// The version of a field; nil where there is no such field.
    package func version(of name: String) -> Version? {
        find(name.utf8Span.span).map { versions[fields[$0].version] }
    }

    /// Lends a field's value; the closure is not called where there is no such field.
    package func withValue<R>(of name: String, _ body: (Span<UInt8>) -> R) -> R? {
        find(name.utf8Span.span).map { body(bytes.span.extracting(fields[$0].value)) }
    }

    /// Lends every field in the order of the names: name, value, version.
    package func forEachField(_ body: (Span<UInt8>, Span<UInt8>, Version) -> Void) {
        for field in fields {
            body(
                bytes.span.extracting(field.name), bytes.span.extracting(field.value),
                versions[field.version])
        }
    }

    /// The place of the field with this name.
    func find(_ name: Span<UInt8>) -> Int? {
        let place = firstField(notBefore: name)
        guard place < fields.count, compare(fields[place], name) == 0 else { return nil }
        return place
    }

    private func firstField(notBefore name: Span<UInt8>) -> Int {
        var low = 0
        var high = fields.count
        while low < high {
            let middle = (low + high) / 2
            if compare(fields[middle], name) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func compare(_ field: Field, _ name: Span<UInt8>) -> Int {
        Names.compare(bytes.span.extracting(field.name), name)
    }

    /// Puts bytes at the end and says where they are.
    mutating func keep(_ span: Span<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(copying: span)
        return start..<bytes.count
    }

    /// Drops what lies below the floor.
    mutating func dropBelowFloor() {
        guard let floor else { return }
        fields.removeAll { versions[$0.version] < floor }
    }
}
