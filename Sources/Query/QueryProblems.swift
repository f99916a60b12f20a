internal import HTTP
internal import Store

/// What a client is told, each thing in one place.
extension HTTPProblem {
    static let noSuchPath = HTTPProblem(
        404, "path", "Nothing lies here",
        "There are /entities/{entity}, /entities/{entity}/{id}, "
            + "/entities/{entity}/{id}/history, /status and /openapi.json.")

    static let badPath = HTTPProblem(
        400, "path-escape", "The path cannot be read",
        "An escape in the path is cut, or what it stands for is no UTF-8.")

    static let wrongMethod = HTTPProblem(
        405, "method", "The method is not allowed", "This is read with GET.",
        headers: [("Allow", "GET, HEAD")])

    static func noSuchEntity(_ known: [String]) -> HTTPProblem {
        HTTPProblem(
            404, "entity", "There is no such entity",
            "The catalogue knows \(known.joined(separator: ", ")).")
    }

    static func unknown(_ name: EntityName) -> HTTPProblem {
        HTTPProblem(
            404, "unknown", "It is not known", "No event of the \(name) has been applied.")
    }

    static func badParameter(_ detail: String) -> HTTPProblem {
        HTTPProblem(400, "parameter", "A parameter is wrong", detail)
    }

    static let badCursor = HTTPProblem(
        400, "cursor", "The cursor is wrong",
        "Give the cursor as it came in `next`, with the same filters; or begin again without one.")

    static let goneCursor = HTTPProblem(
        410, "cursor-gone", "The cursor is of a former state",
        "The state was built again meanwhile: begin again without a cursor.")

    static let busy = unavailable("busy", "Too many questions wait to be answered.")

    static let stopping = unavailable("stopping", "The server is shutting down.", closes: true)

    static let noState = unavailable("no-state", "There is no state yet.", retryAfter: 5)

    /// The details are for the log: they name files.
    static let stateUnreadable = HTTPProblem(
        500, "state", "The state cannot be read", "The log of consume says why.")

    /// What is no failure of the store.
    fileprivate init(_ failure: PastFailure) {
        let text = "\(failure)"
        let detail = text.prefix(1).uppercased() + text.dropFirst() + "."
        switch failure {
        case .kafka: self = .unavailable("kafka", detail, retryAfter: 5)
        case .late: self = .unavailable("kafka-late", detail, retryAfter: 5)
        case .stopping: self = .stopping
        case .taken: self = HTTPProblem(422, "retention", Self.pastTitle, detail)
        case .replaced: self = HTTPProblem(422, "replaced", Self.pastTitle, detail)
        case .missing: self = HTTPProblem(422, "missing", Self.pastTitle, detail)
        case .unreadable: self = HTTPProblem(422, "unreadable", Self.pastTitle, detail)
        case .tooMany, .long: self = HTTPProblem(422, "too-many", Self.pastTitle, detail)
        case .notYet: self = HTTPProblem(404, "not-yet", "It was not there yet", detail)
        case .unknown(let name): self = .unknown(name)
        case .store: self = .stateUnreadable
        }
    }

    private static let pastTitle: StaticString = "The past cannot be rebuilt"
}

/// Why a question has no answer: told to the client, or to the log.
enum QueryFailure: Error {
    case refused(HTTPProblem)
    case store(StoreError)

    init(_ failure: PastFailure) {
        if case .store(let error) = failure {
            self = .store(error)
        } else {
            self = .refused(HTTPProblem(failure))
        }
    }

    /// What the client is told.
    var problem: HTTPProblem {
        switch self {
        case .refused(let problem): problem
        case .store(.noState): .noState
        case .store: .stateUnreadable
        }
    }
}
