internal import FoundationEssentials
internal import JSON

/// A value of the configuration file, before anybody says what it should be.
package indirect enum ConfigurationValue: Sendable, Equatable {
    /// Not set: the default counts.
    case null
    /// Yes or no.
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction.
    case number(Double)
    /// Text.
    case string(String)
    /// A list.
    case array([ConfigurationValue])
    /// Names and what they stand for.
    case object([String: ConfigurationValue])

    /// Reads JSON5: JSON with comments, trailing commas and bare names.
    package init(json5 bytes: [UInt8]) throws(ConfigurationFileError) {
        // The decoder ends the process at a bare name that is no UTF-8.
        if let fault = JSON5Fault.encoding(of: bytes) { throw .notJSON5(fault) }
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            self = try decoder.decode(ConfigurationValue.self, from: Data(bytes))
        } catch {
            throw .notJSON5(
                JSON5Fault.find(in: bytes)
                    ?? JSON5Fault(line: 1, column: 1, complaint: "a value here is none"))
        }
    }
}

/// A configuration file that could not be read as one.
package enum ConfigurationFileError: Error, Equatable, CustomStringConvertible {
    /// It is not JSON5, from this place on.
    case notJSON5(line: Int, column: Int, complaint: String)

    static func notJSON5(_ fault: JSON5Fault) -> Self {
        .notJSON5(line: fault.line, column: fault.column, complaint: fault.complaint)
    }

    /// Where and what, to stand after the file's name and a colon.
    package var description: String {
        switch self {
        case .notJSON5(let line, let column, let complaint):
            "\(line):\(column): not valid JSON5: \(complaint)"
        }
    }
}

extension ConfigurationValue: Decodable {
    /// Takes whatever stands there.
    package init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Name.self) {
            self = .object(try Self.members(of: object))
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [ConfigurationValue] = []
            while !list.isAtEnd { values.append(try list.decode(ConfigurationValue.self)) }
            self = .array(values)
        } else {
            self = try Self.scalar(in: decoder.singleValueContainer())
        }
    }

    private static func members(
        of object: KeyedDecodingContainer<Name>
    ) throws -> [String: ConfigurationValue] {
        var members: [String: ConfigurationValue] = [:]
        for name in object.allKeys {
            members[name.stringValue] = try object.decode(ConfigurationValue.self, forKey: name)
        }
        return members
    }

    private static func scalar(
        in container: any SingleValueDecodingContainer
    ) throws -> ConfigurationValue {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(Bool.self) { return .boolean(value) }
        if let value = try? container.decode(Int.self) { return .integer(value) }
        if let value = try? container.decode(Double.self) { return .number(value) }
        return .string(try container.decode(String.self))
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }
}

extension ConfigurationValue: CustomStringConvertible {
    /// As it would stand in a file, on one line.
    package var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): Self.text(of: value)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .object(let members): Self.text(of: members)
        }
    }

    /// As JSON.
    package var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.value(value)
        case .integer(let value): writer.value(value)
        case .number(let value): writer.value(value)
        case .string(let value): writer.value(value)
        case .array(let values):
            writer.array { for value in values { value.write(to: &$0) } }
        case .object(let members):
            writer.object { object in
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    object.key(name)
                    value.write(to: &object)
                }
            }
        }
    }

    /// Swift writes `inf` where JSON5 has `Infinity`.
    private static func text(of number: Double) -> String {
        if number.isFinite { return "\(number)" }
        return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    private static func text(of members: [String: ConfigurationValue]) -> String {
        guard !members.isEmpty else { return "{}" }
        let sorted = members.sorted { $0.key < $1.key }
        return "{ " + sorted.map { "\(name($0.key)): \($0.value)" }.joined(separator: ", ") + " }"
    }

    /// A name of an object, quoted where it must be.
    package static func name(_ name: String) -> String {
        let isBare = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isBare && name.first?.isLetter == true ? name : quoted(name)
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.value(text)
        return writer.text
    }
}
