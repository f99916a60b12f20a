package import JSON

/// What answers the requests of a listener.
///
/// Both functions run on the listener's threads and block for nothing: who has to wait suspends
/// the exchange first and answers later, from any thread.
package protocol HTTPHandler: AnyObject, Sendable {
    /// Says what to do with a request of which only the head has come.
    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext

    /// Takes the whole body; answers the exchange, or suspends it and answers it later.
    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem)
}

extension HTTPHandler {
    /// For handlers that answer at the head and never ask for a body.
    package func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        preconditionFailure("a body was asked for and nobody takes it")
    }
}

/// What is to be done after the head.
package enum HTTPNext: Sendable {
    /// Answer; a body that comes all the same is thrown away.
    case respond(HTTPResponse)
    /// Read the body, of so many bytes at most, and then finish.
    case readBody(limit: Int)
}
