internal import Events
internal import HTTP
internal import JSON
internal import Projection
internal import Store

/// Answers questions from the live generation; for one thread.
struct QueryAnswers {
    let live: LiveState
    let service: @Sendable () -> ServiceStatus
    /// Only the thread that may wait for Kafka has one.
    var past: PastReader?
    private let check = FilterCheck()

    init(
        _ live: LiveState, past: PastReader? = nil,
        service: @escaping @Sendable () -> ServiceStatus
    ) {
        self.live = live
        self.past = past
        self.service = service
    }

    /// The answer to a question that was asked at `start` on the monotonic clock.
    func answer(_ asked: AskedQuestion, since start: UInt64) throws(QueryFailure) -> HTTPResponse {
        let reader = try stored { () throws(StoreError) in try live.current() }
        if case .entity(let name, let at?, let explain) = asked.question, let past {
            let writer = try was(name, at, explain, reader, past, start)
            return EntityTag.answer(writer.bytes, known: asked.known)
        }
        let writer = try snapshot(of: reader) { () throws(QueryFailure) in
            try answer(asked.question, reader)
        }
        if asked.question == .status {
            var response = HTTPResponse(.json, writer.bytes)
            response.headers = [("Cache-Control", "no-store")]
            return response
        }
        return EntityTag.answer(writer.bytes, known: asked.known)
    }

    private func answer(
        _ question: Question, _ reader: StateReader
    ) throws(QueryFailure) -> JSONWriter {
        switch question {
        case .entity(let name, _, let explain):
            return try EntityAnswers(reader: reader).present(name, explain: explain)
        case .history(let name, let history):
            return try EntityAnswers(reader: reader).history(of: name, history)
        case .list(let list): return try EntityList(reader: reader, check: check).page(list)
        case .status: return try status(reader)
        case .document: preconditionFailure("the document needs no thread")
        }
    }

    private func status(_ reader: StateReader) throws(QueryFailure) -> JSONWriter {
        let (progress, gaps) = try stored { () throws(StoreError) in
            (try reader.progress(), try reader.gapCount())
        }
        var writer = JSONWriter()
        StatusDocument(generation: reader.generation, gaps: gaps, progress, service())
            .write(to: &writer)
        return writer
    }

    private func was(
        _ name: EntityName, _ at: PointInTime, _ explain: Bool, _ reader: StateReader,
        _ past: PastReader, _ start: UInt64
    ) throws(QueryFailure) -> JSONWriter {
        // The history is read as of one moment; Kafka is asked after that, and holds up no writer.
        let found = try snapshot(of: reader) { () throws(QueryFailure) in
            try rebuilding { () throws(PastFailure) in
                try past.events(of: name, by: at.instant, in: reader, since: start)
            }
        }
        let state = try rebuilding { () throws(PastFailure) in
            try past.state(of: found, since: start)
        }
        let explanation = explain ? Explanation(state, events: found.all) : nil
        var writer = JSONWriter()
        EntityDocument(name, state, at: at, explanation: explanation).write(to: &writer)
        return writer
    }

    private func rebuilding<R>(
        _ body: () throws(PastFailure) -> R
    ) throws(QueryFailure) -> R {
        do {
            return try body()
        } catch {
            throw QueryFailure(error)
        }
    }

    private func snapshot<R>(
        of reader: StateReader, _ body: () throws(QueryFailure) -> R
    ) throws(QueryFailure) -> R {
        let result = try stored { () throws(StoreError) in
            try reader.snapshot { () throws(StoreError) in
                Result { () throws(QueryFailure) in try body() }
            }
        }
        return try result.get()
    }
}
