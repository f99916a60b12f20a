import Support
import Testing
import Threads

@testable import Kafka

@Suite(.timeLimit(.minutes(10))) struct CallThreadTests {
    /// The names of this process's threads that are of this test.
    private func threads(_ name: String) throws -> Int {
        try FileSystem.names(in: "/proc/self/task").filter {
            (try? FileSystem.text(of: "/proc/self/task/\($0)/comm")) == "\(name)\n"
        }.count
    }

    @Test func `one thread runs all calls, and ends with its owner`() throws {
        var thread: CallThread? = CallThread("calls-kept")
        for number in 0..<100 {
            #expect(try thread?.answer(upTo: .seconds(10)) { number } == number)
            #expect(try threads("calls-kept") == 1)
        }
        thread = nil
        try eventually("the thread to end") { try threads("calls-kept") == 0 }
    }

    @Test func `a call that does not return is left behind`() throws {
        let gate = Monitor(false)
        let thread = CallThread("calls-stuck")
        let answer: Bool? = try thread.answer(upTo: .milliseconds(20)) {
            gate.wait { $0 ? true : nil }
        }
        #expect(answer == nil)
        thread.end()
        gate.update { $0 = true }
        try eventually("the thread to end") { try threads("calls-stuck") == 0 }
    }
}
