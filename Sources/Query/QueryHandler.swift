internal import HTTP
internal import JSON

/// Reads a question off a request and hands it to the thread that answers it.
final class QueryHandler: HTTPHandler {
    private let reader: QuestionReader
    private let keys: APIKeys?
    private let desk: QueryDesk

    init(_ reader: QuestionReader, keys: APIKeys?, _ desk: QueryDesk) {
        self.reader = reader
        self.keys = keys
        self.desk = desk
    }

    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        _ = try keys?.check(head)
        let question = try reader.question(path: head.path, parameters: head.parameters)
        guard head.method == .get || head.method == .head else { throw HTTPProblem.wrongMethod }
        let known = head.text(of: .ifNoneMatch)
        if question == .document {
            return .respond(EntityTag.answer(OpenAPIDocument.bytes, known: known))
        }
        exchange.context = AskedQuestion(question, known: known)
        // The head is all of it, but only what is read to its end can wait for an answer.
        return .readBody(limit: 0)
    }

    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        guard let question = exchange.context as? AskedQuestion else {
            preconditionFailure("a request without its question")
        }
        // Before a thread has it: that one may answer at once.
        exchange.suspend()
        let waiting = QueryDesk.Waiting(question: question, exchange: exchange)
        if let problem = desk.put(waiting, in: question.question.line) { exchange.refuse(problem) }
    }
}
