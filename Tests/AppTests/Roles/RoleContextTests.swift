import Publisher
import Testing
import Threads

@testable import App

struct RoleContextTests {
    private struct Broken: Error {}

    private func code(
        _ cause: RoleEnd.Cause, failures: [(part: String, error: any Error)] = [],
        late: [String] = []
    ) -> ExitCode {
        RoleEnding(RoleEnd(cause: cause, failures: failures, late: late)).code
    }

    @Test func `an end that was asked for is a success`() {
        #expect(code(.signal(.terminate)) == .success)
        #expect(code(.ended(part: "demo")) == .success)
        #expect(code(.signal(.terminate), late: ["publisher"]) == .success)
    }

    @Test func `a failing part decides the code`() {
        let failed = RoleEnd.Cause.failed(part: "journal")
        #expect(code(failed, failures: [("journal", Broken())]) == .io)
        #expect(code(failed, failures: [("publisher", Broken())]) == .unavailable)
        let copy = PublisherError.otherRecord(position: 3)
        #expect(code(failed, failures: [("publisher", copy)]) == .data)
        let fenced = PublisherError.fenced(transactionalID: "hookline-1")
        #expect(code(failed, failures: [("publisher", fenced)]) == .temporary)
        #expect(code(failed, failures: [("demo", Broken())]) == .negative)
        #expect(code(failed, failures: [("printer", CommandFailure.brokenPipe)]) == .success)
        #expect(code(.signal(.terminate), late: ["journal"]) == .io)
        #expect(code(.ended(part: "ingress")) == .software)
    }

    @Test func `a part without a thread has its own code, whichever it is`() throws {
        // The system has no room for a stack of that size.
        let refused = try #require(throws: ThreadError.self) {
            _ = try Worker(ifPossible: "large", stackBytes: 1 << 46, patience: .zero) {}
        }
        let failed = RoleEnd.Cause.failed(part: "publisher")
        #expect(code(failed, failures: [("publisher", refused)]) == .system)
        #expect(ExitCode.system.rawValue == Worker.exitCode)
    }
}
