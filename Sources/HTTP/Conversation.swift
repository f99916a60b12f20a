internal import CMicrohttpd
internal import JSON

/// The three calls that libmicrohttpd makes for a request: at its head, for each piece of its body,
/// and at its end (again after a suspension). All run on the connection's thread.
extension HTTPExchange {
    /// The head has come.
    func begin() -> MHD_Result {
        connection.enter(.body)
        do throws(HTTPProblem) {
            try core.admit(connection)
            try HeaderCheck.check(head)
            switch try core.handler.begin(head, self) {
            case .readBody(let limit): try expectBody(limit)
            case .respond(let response):
                respond(response)
                intake = .discarding(left: core.discardBytes)
            }
            return .YES
        } catch {
            return refuseAtHead(error)
        }
    }

    /// A piece of the body has come; false drops the connection.
    func receive(_ bytes: Span<UInt8>) -> Bool {
        switch intake {
        case .reading(let limit):
            if (body?.count ?? 0) + bytes.count > limit {
                discard(becauseOf: .tooLarge(limit), seen: bytes.count)
            } else if core.budget.take(bytes.count) {
                reservedBytes += bytes.count
                body?.append(bytes)
            } else {
                discard(becauseOf: .memoryFull, seen: bytes.count)
            }
        case .discarding(let left):
            // Nothing can be answered in mid-body, and this one has no end in sight.
            guard bytes.count <= left else { return false }
            intake = .discarding(left: left - bytes.count)
        case .whole: preconditionFailure("a body goes on after its end")
        }
        return true
    }

    /// The request is whole, or its wait is over.
    func finish() -> MHD_Result {
        if case .reading = intake { hand() }
        intake = .whole
        guard let response = givenResponse else {
            precondition(isUnderWay, "the handler neither answered nor suspended")
            return .YES
        }
        connection.stopWaiting()
        return send(response)
    }

    /// The answer is out, or the connection gone.
    func complete() {
        core.budget.give(reservedBytes)
        if !isWhole { core.metrics.countAbort() }
        // Where the client went away meanwhile, nobody asked for the answer.
        connection.stopWaiting()
        connection.enter(.idle)
    }

    private var isWhole: Bool {
        if case .whole = intake { true } else { false }
    }

    private func expectBody(_ limit: Int) throws(HTTPProblem) {
        if let length = head.contentLength, length > limit { throw .tooLarge(limit) }
        // More than a first piece is not set aside on a client's word alone.
        body = PaddedBytes(capacity: min(head.contentLength ?? 0, Self.firstPiece))
        intake = .reading(limit: limit)
    }

    private static let firstPiece = 1 << 14

    private func hand() {
        let whole = body.take() ?? PaddedBytes()
        connection.enter(.handling)
        do throws(HTTPProblem) {
            try core.admitWhole()
            try core.handler.finish(head, self, whole)
        } catch {
            refuse(error)
        }
    }

    private func refuseAtHead(_ problem: HTTPProblem) -> MHD_Result {
        refuse(problem)
        let isLong = (head.contentLength ?? 0) > core.discardBytes
        guard problem.endsAtHead || isLong || (head.hasBody && head.waitsForContinue) else {
            intake = .discarding(left: core.discardBytes)
            return .YES
        }
        // The connection ends here: libmicrohttpd reads no more of it after an early answer.
        connection.lingers = head.hasBody || head.method.bringsBody
        return finish()
    }

    private func discard(becauseOf problem: HTTPProblem, seen: Int) {
        body = nil
        core.budget.give(reservedBytes)
        reservedBytes = 0
        refuse(problem)
        intake = .discarding(left: max(0, core.discardBytes - seen))
    }

    private func send(_ response: HTTPResponse) -> MHD_Result {
        let made = unsafe response.body.withUnsafeBytes { bytes in
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }
        unsafe response.addHeaders(to: made, closing: core.isClosing)
        core.metrics.countResponse(response.status)
        connection.enter(.idle)
        return unsafe MHD_queue_response(handle, UInt32(response.status), made)
    }
}

extension HTTPResponse {
    fileprivate func addHeaders(to made: OpaquePointer, closing: Bool) {
        content.type.withUTF8Buffer { type in
            _ = unsafe type.withMemoryRebound(to: CChar.self) { type in
                unsafe MHD_add_response_header(made, "Content-Type", type.baseAddress)
            }
        }
        for (name, value) in headers { _ = unsafe MHD_add_response_header(made, name, value) }
        if closes || closing { _ = unsafe MHD_add_response_header(made, "Connection", "close") }
    }
}

extension HTTPProblem {
    fileprivate static func tooLarge(_ limit: Int) -> HTTPProblem {
        HTTPProblem(
            413, "body-too-large", "The body is too large",
            "A body may have \(limit) bytes at most.")
    }

    fileprivate static var memoryFull: HTTPProblem {
        .unavailable("memory-full", "Too many bodies are on their way at once.")
    }
}
