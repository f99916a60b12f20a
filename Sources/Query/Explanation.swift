package import Events
internal import JSON
package import Projection
package import Store

/// For every field of a state the event that set it.
package struct Explanation {
    /// A field and its event.
    package struct Field {
        /// The field's name.
        package let name: String
        /// Its value, without white space outside of strings.
        package let value: String
        /// The place of its event in the order of the entity's events.
        package let version: Version
        /// The event; nil where the history does not have it, which only damage can bring about.
        package let event: HistoryEntry?
    }

    /// The fields, sorted by name.
    package let fields: [Field]

    /// Finds the setters of a state's fields among its events.
    package init(_ state: EntityState, events: [HistoryEntry]) {
        // A duplicate has the version of the event that it repeats: the first one counts.
        let byVersion = Dictionary(
            events.map { ($0.version, $0) },
            uniquingKeysWith: { $0.number <= $1.number ? $0 : $1 })
        var fields: [Field] = []
        state.forEachField { name, value, version in
            var compact: [UInt8] = []
            CompactJSON.append(value, to: &compact)
            fields.append(
                Field(
                    name: String(utf8: name), value: String(decoding: compact, as: UTF8.self),
                    version: version, event: byVersion[version]))
        }
        self.fields = fields
    }

    /// Writes it as the member `setBy` of an entity.
    func write(to writer: inout JSONWriter) {
        writer.object("setBy") { object in
            for field in fields {
                object.key(field.name)
                if let event = field.event {
                    EventDocument.write(event, to: &object)
                } else {
                    object.null()
                }
            }
        }
    }
}
