internal import CMicrohttpd
internal import JSON
internal import Synchronization
internal import Threads

/// One request and its one answer.
///
/// It lives from the end of the head until the answer is out. While a handler runs it belongs to
/// the connection's thread; after `suspend()` any thread may answer it, once.
@safe package final class HTTPExchange: @unchecked Sendable {
    // Safe because: libmicrohttpd calls back for one connection from one of its threads only, and
    // not at all while it is suspended ("processing is suspended until MHD_resume_connection");
    // the response is written by the one thread that moved the step on, before the step that says
    // it is there.
    enum Step: UInt8, AtomicRepresentable, Sendable {
        /// The handler has done nothing yet.
        case open
        /// The connection is suspended.
        case awaited
        /// A thread writes the answer.
        case giving
        /// The answer is there.
        case given
    }

    /// How far the body is.
    enum Intake {
        case reading(limit: Int)
        case discarding(left: Int)
        case whole
    }

    let core: HTTPCore
    let connection: HTTPConnection
    let handle: OpaquePointer
    let head: HTTPRequestHead
    let id: RequestID
    private let step = Atomic(Step.open)
    private var response: HTTPResponse?

    /// When the head had come, on the monotonic clock.
    package let begunAt = MonotonicClock.now()

    // Only for the connection's thread.
    var intake = Intake.discarding(left: 0)
    var body: PaddedBytes?
    var reservedBytes = 0

    /// What the handler wants to remember from `begin` to `finish`.
    package var context: (any AnyObject & Sendable)?

    init(
        _ core: HTTPCore, _ connection: HTTPConnection, _ handle: OpaquePointer,
        _ head: consuming HTTPRequestHead
    ) {
        self.core = core
        self.connection = connection
        unsafe self.handle = unsafe handle
        self.head = head
        id = core.nextID()
    }

    /// The request's number, as it stands in a problem's answer.
    package var requestID: String { id.description }

    /// Sets the connection aside until somebody answers; only inside `finish`, and before the
    /// exchange is handed to the thread that will answer.
    ///
    /// The wait is bounded: after `answerMilliseconds` the client gets 503, and the answer that
    /// comes later is dropped.
    package func suspend() {
        // First of all: resuming what is not suspended yet is undefined.
        unsafe MHD_suspend_connection(handle)
        let (isOpen, _) = step.compareExchange(
            expected: .open, desired: .awaited, ordering: .acquiringAndReleasing)
        precondition(isOpen, "suspended after the answer")
        connection.wait(self)
    }

    /// Gives the answer; the first one counts, and false says that this was not it.
    @discardableResult
    package func respond(_ response: HTTPResponse) -> Bool {
        guard let isAwaited = give(response) else { return false }
        if isAwaited { resume() }
        return true
    }

    /// Refuses the request, and counts why.
    @discardableResult
    package func refuse(_ problem: HTTPProblem) -> Bool {
        guard let isAwaited = give(problem.response(to: id)) else { return false }
        core.note(problem, id)
        if isAwaited { resume() }
        return true
    }

    /// Whether the connection waits for this answer; nil where there is one already.
    private func give(_ response: HTTPResponse) -> Bool? {
        guard let isAwaited = takeTurn() else { return nil }
        self.response = response
        step.store(.given, ordering: .releasing)
        return isAwaited
    }

    private func takeTurn() -> Bool? {
        for (before, isAwaited) in [(Step.awaited, true), (.open, false)] {
            let (exchanged, _) = step.compareExchange(
                expected: before, desired: .giving, ordering: .acquiringAndReleasing)
            if exchanged { return isAwaited }
        }
        return nil
    }

    private func resume() {
        core.resuming { unsafe MHD_resume_connection(handle) }
    }

    /// The answer, once it is there; only for the connection's thread.
    var givenResponse: HTTPResponse? {
        step.load(ordering: .acquiring) == .given ? response : nil
    }

    /// Whether somebody will resume the connection, or is about to.
    var isUnderWay: Bool {
        step.load(ordering: .acquiring) != .open
    }
}
