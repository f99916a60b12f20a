package import Events
package import JSON

/// The state that one event alone gives.
package enum EventState {
    /// Adds the encoded state of the event with these fields and this version to `output`.
    ///
    /// With `replacing` the fields are the whole entity: what is older than they are is gone.
    package static func encode(
        _ fields: borrowing JSONFields, _ version: Version, replacing: Bool,
        to output: inout [UInt8]
    ) {
        output.append(StateFormat.format)
        let hasVersion = replacing || !fields.isEmpty
        output.append(hasVersion ? 1 : 0)
        if hasVersion { version.encode(to: &output) }
        output.append(replacing ? 1 : 0)
        LEB128.append(fields.count, to: &output)
        fields.forEach { name, value in
            LEB128.append(name.count, to: &output)
            LEB128.append(value.count, to: &output)
            output.append(0)
        }
        fields.forEach { name, value in
            output.append(copying: name)
            output.append(copying: value)
        }
    }
}
