package import Events
internal import JSON

/// The state of one order, licence or whatever the catalogue knows: for each top-level field the
/// value with the highest version, as the bytes that came.
///
/// A `replace` event sets a floor: fields whose version is below it are gone for good. States are
/// merged by `StateMerge`; equal ones have equal encoded bytes.
package struct EntityState: Sendable {
    /// The encoded form.
    package let encoded: [UInt8]
    private let layout: StateLayout
    private let versions: [Version]

    /// The state before the first event.
    package init() {
        encoded = StateFormat.empty
        layout = StateLayout()
        versions = []
    }

    /// Reads the encoded form; nil where these are not the bytes of a state.
    package init?(encoded: [UInt8]) {
        var layout = StateLayout()
        guard layout.read(encoded.span) else { return nil }
        var versions: [Version] = []
        versions.reserveCapacity(layout.versionCount)
        for place in 0..<layout.versionCount {
            let start = layout.version(place).lowerBound
            guard let version = Version(encoded: encoded.span, at: start) else { return nil }
            versions.append(version)
        }
        self.encoded = encoded
        self.layout = layout
        self.versions = versions
    }

    /// How many fields there are.
    package var count: Int { layout.fields.count }

    /// The highest version of a `replace` event.
    package var floor: Version? { layout.floor.map { versions[$0] } }

    /// The version of the newest event that set a field or the floor; nil before the first event.
    package var newest: Version? { versions.last }

    /// The version of a field; nil where there is no such field.
    package func version(of name: String) -> Version? {
        find(name.utf8Span.span).map { versions[$0.version] }
    }

    /// Lends a field's value; the closure is not called where there is no such field.
    package func withValue<R>(of name: String, _ body: (Span<UInt8>) -> R) -> R? {
        find(name.utf8Span.span).map { body(encoded.span.extracting($0.value)) }
    }

    /// Lends every field in the order of the names: name, value, version.
    package func forEachField(_ body: (Span<UInt8>, Span<UInt8>, Version) -> Void) {
        for field in layout.fields {
            body(
                encoded.span.extracting(field.name), encoded.span.extracting(field.value),
                versions[field.version])
        }
    }

    private func find(_ name: Span<UInt8>) -> StateLayout.Field? {
        var low = 0
        var high = layout.fields.count
        while low < high {
            let middle = (low + high) / 2
            let field = layout.fields[middle]
            let difference = encoded.span.extracting(field.name).compare(with: name)
            if difference == 0 { return field }
            if difference < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}

extension EntityState: Equatable {
    /// Whether both hold the same fields, versions and floor.
    package static func == (left: Self, right: Self) -> Bool {
        left.encoded == right.encoded
    }
}
