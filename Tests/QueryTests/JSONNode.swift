import Support

/// A JSON value, read without the product's own reader.
enum JSONNode: Equatable {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([String: JSONNode])

    init(_ bytes: [UInt8]) throws {
        self = Self.node(0, of: try ModelDocument(bytes))
    }

    private static func node(_ index: Int, of document: ModelDocument) -> JSONNode {
        let node = document.nodes[index]
        let raw = String(decoding: document.raw(index), as: UTF8.self)
        switch node.kind {
        case .null: return .null
        case .boolean: return .boolean(raw == "true")
        case .number: return .number(raw)
        case .string: return .string(String(decoding: node.text, as: UTF8.self))
        case .array: return .array(node.children.map { Self.node($0.node, of: document) })
        case .object:
            let members = node.children.map {
                (String(decoding: $0.name, as: UTF8.self), Self.node($0.node, of: document))
            }
            return .object(Dictionary(members, uniquingKeysWith: { $1 }))
        }
    }

    subscript(name: String) -> JSONNode {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    var elements: [JSONNode] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var members: [String: JSONNode] {
        if case .object(let members) = self { members } else { [:] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var double: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }
}
