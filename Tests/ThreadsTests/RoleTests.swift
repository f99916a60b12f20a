import Synchronization
import Testing

@testable import Threads

/// A part that waits to be stopped, and tells in which order things happened.
private final class Recorded: Part {
    enum Behaviour: Sendable { case waits, returns, fails, ignoresStop }
    struct Failure: Error {}

    let name: String
    let stopLimit: Duration
    private let behaviour: Behaviour
    private let stopped = Monitor(false)
    private let diary: Monitor<[String]>

    init(
        _ name: String, _ behaviour: Behaviour, _ diary: Monitor<[String]>,
        stopLimit: Duration = .seconds(3)
    ) {
        self.name = name
        self.behaviour = behaviour
        self.diary = diary
        self.stopLimit = stopLimit
    }

    func run() throws {
        switch behaviour {
        case .returns: return
        case .fails: throw Failure()
        case .waits, .ignoresStop: stopped.wait { $0 ? () : nil }
        }
        diary.update { $0.append("\(name) ended") }
    }

    func stop() {
        diary.update { $0.append("stop \(name)") }
        guard behaviour != .ignoresStop else { return }
        stopped.update { $0 = true }
    }

    func release() {
        stopped.update { $0 = true }
    }
}

@Suite(.timeLimit(.minutes(10))) struct RoleTests {
    @Test func `a failing part takes the role down from the front to the back`() {
        let diary = Monitor<[String]>([])
        let end = Role([
            Recorded("front", .waits, diary), Recorded("broken", .fails, diary),
            Recorded("back", .waits, diary),
        ]).run()
        #expect(
            diary.withLock { $0 } == [
                "stop front", "front ended", "stop broken", "stop back", "back ended",
            ])
        #expect(end.failures.map(\.part) == ["broken"])
        #expect(!end.isClean)
        guard case .failed(part: "broken") = end.cause else {
            Issue.record("\(end.cause)")
            return
        }
    }

    @Test func `a part that has done its work ends the role cleanly`() {
        let diary = Monitor<[String]>([])
        let end = Role([Recorded("server", .waits, diary), Recorded("demo", .returns, diary)]).run()
        #expect(end.isClean)
        guard case .ended(part: "demo") = end.cause else {
            Issue.record("\(end.cause)")
            return
        }
    }

    @Test func `a part that does not stop is left behind and named`() {
        let diary = Monitor<[String]>([])
        let stuck = Recorded("stuck", .ignoresStop, diary, stopLimit: .milliseconds(10))
        let end = Role([Recorded("done", .returns, diary), stuck]).run()
        #expect(end.late == ["stuck"])
        stuck.release()
    }

    @Test func `a signal to the waiting thread stops the role`() {
        let diary = Monitor<[String]>([])
        let waiter = Monitor<Signals.Waiter?>(nil)
        let role = Worker("role") {
            Signals.block()
            waiter.update { $0 = Signals.Waiter() }
            #expect(Role([Recorded("server", .waits, diary)]).run().isClean)
        }
        waiter.wait { $0 }.send(.terminate)
        role.join()
        #expect(diary.withLock { $0 } == ["stop server", "server ended"])
    }

    @Test func `a hangup is handed on where somebody wants it`() {
        let diary = Monitor<[String]>([])
        let waiter = Monitor<Signals.Waiter?>(nil)
        let role = Worker("role") {
            Signals.block()
            waiter.update { $0 = Signals.Waiter() }
            let end = Role([Recorded("server", .waits, diary)]).run(
                onHangup: { diary.update { $0.append("read the keys again") } })
            #expect(end.isClean)
        }
        let thread = waiter.wait { $0 }
        thread.send(.hangup)
        diary.wait { $0.isEmpty ? nil : () }
        thread.send(.terminate)
        role.join()
        #expect(diary.withLock { $0.first } == "read the keys again")
    }
}
