internal import Events
internal import HTTP
internal import JSON

/// Makes a question of a path and its parameters; what is wrong with them is thrown.
struct QuestionReader: Sendable {
    /// How many entities or events a page has unless told otherwise.
    static let standardLimit = 100
    /// How many it has at most.
    static let limits = 1...1_000

    /// The names of the entities.
    private let entities: [String]
    /// By entity: the fields that a list may be filtered by.
    private let filters: [String: [JSONPath]]

    init(_ catalogue: Catalogue) {
        entities = catalogue.entities
        filters = Dictionary(
            uniqueKeysWithValues: entities.map { ($0, catalogue.filters(of: $0)) })
    }

    /// The question that this path with these parameters, their escapes resolved, stands for.
    func question(
        path: String, parameters: [(name: String, value: String)]
    ) throws(HTTPProblem) -> Question {
        let names = try Self.names(of: path)
        var parameters = try Parameters(parameters)
        let question: Question
        switch (names.first, names.count) {
        case ("openapi.json", 1): question = .document
        case ("status", 1): question = .status
        case ("entities", 2): return try list(of: names[1], parameters)
        case ("entities", 3):
            question = .entity(
                try name(names[1], names[2]), at: try parameters.time("at"),
                explain: try parameters.flag("explain"))
        case ("entities", 4) where names[3] == "history":
            question = .history(
                try name(names[1], names[2]),
                HistoryQuestion(
                    at: try parameters.time("at"), limit: try parameters.limit(),
                    cursor: parameters.take("cursor")))
        default: throw .noSuchPath
        }
        try parameters.end()
        return question
    }

    private func list(
        of entity: String, _ given: Parameters
    ) throws(HTTPProblem) -> Question {
        var parameters = given
        try check(entity)
        var list = ListQuestion(entity: entity)
        list.updatedSince = try parameters.time("updatedSince")
        list.limit = try parameters.limit()
        list.cursor = parameters.take("cursor")
        let allowed = filters[entity] ?? []
        for path in allowed {
            guard let text = parameters.take(path.description) else { continue }
            list.filters.append(Filter(path: path, text: text))
        }
        try parameters.end(or: allowed.map(\.description))
        return .list(list)
    }

    private func name(_ entity: String, _ id: String) throws(HTTPProblem) -> EntityName {
        try check(entity)
        guard !id.isEmpty else { throw .noSuchPath }
        return EntityName(entity, id)
    }

    private func check(_ entity: String) throws(HTTPProblem) {
        guard entities.contains(entity) else { throw .noSuchEntity(entities) }
    }

    /// What stands between the slashes, escapes resolved.
    private static func names(of path: String) throws(HTTPProblem) -> [String] {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .noSuchPath }
        var names: [String] = []
        let parts = path.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts {
            guard let name = PercentEncoding.decode(Array(part)) else { throw .badPath }
            names.append(name)
        }
        return names
    }
}

/// The parameters of a request, each taken once.
private struct Parameters {
    private var values: [String: String] = [:]
    private var taken: [String] = []

    init(_ given: [(name: String, value: String)]) throws(HTTPProblem) {
        for (name, value) in given {
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badParameter("The parameter \(name) came more than once.")
            }
        }
    }

    mutating func take(_ name: String) -> String? {
        taken.append(name)
        return values.removeValue(forKey: name)
    }

    mutating func time(_ name: String) throws(HTTPProblem) -> PointInTime? {
        guard let text = take(name) else { return nil }
        // In a query a plus sign is a space, and no time has one: an offset's sign is meant.
        let plain = String(text.map { $0 == " " ? "+" : $0 })
        guard let point = PointInTime(plain) else {
            throw .badParameter("\(name) must be \(PointInTime.allowed).")
        }
        return point
    }

    mutating func limit() throws(HTTPProblem) -> Int {
        guard let text = take("limit") else { return QuestionReader.standardLimit }
        guard let limit = Int(text), QuestionReader.limits.contains(limit) else {
            let limits = QuestionReader.limits
            throw .badParameter(
                "limit must be a whole number from \(limits.lowerBound) to \(limits.upperBound).")
        }
        return limit
    }

    mutating func flag(_ name: String) throws(HTTPProblem) -> Bool {
        switch take(name) {
        case nil, "false": return false
        case "", "true": return true
        default: throw .badParameter("\(name) must be true or false.")
        }
    }

    /// Throws where something is left that nobody took.
    func end(or filters: [String]? = nil) throws(HTTPProblem) {
        guard let left = values.keys.min() else { return }
        var text = "There is no parameter \"\(left)\" here"
        let known = taken.filter { !(filters ?? []).contains($0) }
        text += known.isEmpty ? "." : "; there are \(known.joined(separator: ", "))."
        if let filters {
            text +=
                filters.isEmpty
                ? " The catalogue names no field to filter by."
                : " Fields to filter by: \(filters.joined(separator: ", "))."
        }
        throw .badParameter(text)
    }
}
