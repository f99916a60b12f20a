package import Events
internal import JSON

/// The fields of one event, on their way into the encoded state that the event alone gives.
///
/// Used again and again: `encode` empties it and keeps its memory.
package struct EventFields {
    private var fields: [StateLayout.Field] = []
    /// Names and values, as they came.
    private var content: [UInt8] = []
    private var isSorted = true

    /// No fields yet.
    package init() {}

    /// Adds a field: its unescaped name, and its value as it came.
    ///
    /// Of a field that comes twice the last counts.
    package mutating func set(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        if isSorted, let last = fields.last {
            isSorted = Names.compare(content.span.extracting(last.name), name) < 0
        }
        let start = content.count
        content.append(copying: name)
        let middle = content.count
        content.append(copying: value)
        fields.append(
            StateLayout.Field(name: start..<middle, value: middle..<content.count, version: 0))
    }

    /// Adds the encoded state to `output`, and forgets the fields.
    ///
    /// With `replacing` the fields are the whole entity: what is older than they are is gone.
    package mutating func encode(
        _ version: Version, replacing: Bool, to output: inout [UInt8]
    ) {
        if !isSorted { fields = sorted() }
        output.append(StateFormat.format)
        let hasVersion = replacing || !fields.isEmpty
        output.append(hasVersion ? 1 : 0)
        if hasVersion { version.encode(to: &output) }
        output.append(replacing ? 1 : 0)
        LEB128.append(fields.count, to: &output)
        for field in fields {
            LEB128.append(field.name.count, to: &output)
            LEB128.append(field.value.count, to: &output)
            output.append(0)
        }
        if isSorted {
            output.append(copying: content.span)
        } else {
            for field in fields {
                let piece = field.name.lowerBound..<field.value.upperBound
                output.append(copying: content.span.extracting(piece))
            }
        }
        fields.removeAll(keepingCapacity: true)
        content.removeAll(keepingCapacity: true)
        isSorted = true
    }

    /// In the order of the names; of those with the same name the last.
    private func sorted() -> [StateLayout.Field] {
        let names = content.span
        let order = fields.indices.sorted { left, right in
            let difference = Names.compare(
                names.extracting(fields[left].name), names.extracting(fields[right].name))
            return difference == 0 ? left < right : difference < 0
        }
        var sorted: [StateLayout.Field] = []
        sorted.reserveCapacity(order.count)
        for index in order {
            let field = fields[index]
            if let last = sorted.last,
                Names.compare(names.extracting(last.name), names.extracting(field.name)) == 0
            {
                sorted[sorted.count - 1] = field
            } else {
                sorted.append(field)
            }
        }
        return sorted
    }
}
