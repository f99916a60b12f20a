import Events

/// Holds answers against the schemas of an OpenAPI document: the keywords that ours uses, and a
/// complaint about any other.
struct SchemaCheck {
    let document: JSONNode

    /// What is wrong with the answer to a GET of the path that the document has under this name.
    func problems(
        path: String, status: Int, contentType: String, _ body: JSONNode
    ) -> [String] {
        let responses = document["paths"][path]["get"]["responses"]
        var response = responses["\(status)"]
        if response == .null { response = resolved(responses["default"]) }
        let content = response["content"][contentType]
        guard content != .null else { return ["\(path) documents no \(contentType) for \(status)"] }
        return problems(body, content["schema"], at: "")
    }

    private func resolved(_ node: JSONNode) -> JSONNode {
        guard let reference = node["$ref"].text else { return node }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
    }

    private static let annotations: Set = ["description", "default", "$ref"]

    private func problems(_ value: JSONNode, _ schema: JSONNode, at place: String) -> [String] {
        let schema = resolved(schema)
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        return keywords.flatMap { keyword, rule -> [String] in
            if Self.annotations.contains(keyword) { return [] }
            return problems(value, keyword, rule, schema, at: place)
        }
    }

    private func problems(
        _ value: JSONNode, _ keyword: String, _ rule: JSONNode, _ schema: JSONNode,
        at place: String
    ) -> [String] {
        func unless(_ holds: Bool) -> [String] {
            holds ? [] : ["\(place): \(value) against \(keyword) \(rule)"]
        }
        switch keyword {
        case "type":
            let types = rule.text.map { [$0] } ?? rule.elements.compactMap(\.text)
            return unless(types.contains { Self.isA($0, value) })
        case "enum": return unless(rule.elements.contains(value))
        case "required":
            guard case .object(let members) = value else { return [] }
            return unless(rule.elements.allSatisfy { members[$0.text ?? ""] != nil })
        case "properties":
            return value.members.flatMap { name, member in
                rule[name] == .null ? [] : problems(member, rule[name], at: "\(place)/\(name)")
            }
        case "additionalProperties":
            let known = schema["properties"].members
            let further = value.members.filter { known[$0.key] == nil }
            if rule == .boolean(false) { return unless(further.isEmpty) }
            return further.flatMap { problems($0.value, rule, at: "\(place)/\($0.key)") }
        case "items":
            return value.elements.enumerated().flatMap {
                problems($1, rule, at: "\(place)/\($0)")
            }
        case "anyOf":
            return unless(rule.elements.contains { problems(value, $0, at: place).isEmpty })
        case "maxItems": return unless(Double(value.elements.count) <= rule.double ?? 0)
        case "minLength": return unless(value.text.map { !$0.isEmpty } ?? true)
        case "minimum": return unless(value.double.map { $0 >= rule.double ?? 0 } ?? true)
        case "maximum": return unless(value.double.map { $0 <= rule.double ?? 0 } ?? true)
        case "pattern": return unless(Self.matches(value, rule.text ?? ""))
        case "format": return unless(Self.hasForm(rule.text ?? "", value))
        default: return ["\(place): the keyword \(keyword) is not known to the check"]
        }
    }

    private static func isA(_ type: String, _ value: JSONNode) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .boolean), ("number", .number), ("string", .string),
            ("array", .array), ("object", .object):
            true
        case ("integer", .number(let text)): Int64(text) != nil
        default: false
        }
    }

    private static func matches(_ value: JSONNode, _ pattern: String) -> Bool {
        guard let text = value.text else { return true }
        guard let regex = try? Regex(pattern) else { return false }
        return text.contains(regex)
    }

    private static func hasForm(_ format: String, _ value: JSONNode) -> Bool {
        guard let text = value.text else { return true }
        switch format {
        case "date-time": return Timestamp(rfc3339: text) != nil
        case "date": return PointInTime(text)?.isDate == true
        case "uuid": return EventID(text) != nil
        default: return false
        }
    }
}
