internal import Events

/// What a client asks, read off the head of its request.
enum Question: Equatable, Sendable {
    /// The OpenAPI document.
    case document
    /// How far the state is.
    case status
    /// What one entity is, or was; with the event that set each field, where that is asked too.
    case entity(EntityName, at: PointInTime?, explain: Bool)
    /// The events of one entity.
    case history(EntityName, HistoryQuestion)
    /// The entities of one name.
    case list(ListQuestion)

    /// Who answers it.
    var line: QueryDesk.Line {
        switch self {
        case .entity(_, at: .some, _): .past
        case .list: .list
        case .document, .status, .entity, .history: .quick
        }
    }
}

/// Which entity is meant.
package struct EntityName: Hashable, Sendable, CustomStringConvertible {
    /// What it is, such as `order`.
    package let entity: String
    /// Its id.
    package let id: String

    /// Names an entity, there or not.
    package init(_ entity: String, _ id: String) {
        self.entity = entity
        self.id = id
    }

    /// As `order order-123`.
    package var description: String { "\(entity) \(id)" }
}

/// Which events of an entity are asked for.
struct HistoryQuestion: Equatable, Sendable {
    /// Only those that had occurred by then.
    var at: PointInTime?
    /// How many at most.
    var limit = QuestionReader.standardLimit
    /// Where the page before ended.
    var cursor: String?
}

/// Which entities are asked for.
struct ListQuestion: Equatable, Sendable {
    var entity: String
    var filters: [Filter] = []
    /// Only those whose newest event occurred then or later.
    var updatedSince: PointInTime?
    /// How many at most.
    var limit = QuestionReader.standardLimit
    /// Where the page before ended.
    var cursor: String?

    /// What must stay the same from page to page, as one text.
    var identity: String {
        let conditions = filters.map { "\($0.path)=\($0.text)" }.sorted()
        let since = updatedSince.map { "\($0.instant)" } ?? ""
        return ([entity, since] + conditions).joined(separator: "\n")
    }
}
