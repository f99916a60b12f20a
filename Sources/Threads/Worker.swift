internal import CThreads
internal import Glibc

/// A thread with a name, running one closure from the moment it is made.
///
/// The name shows in `top -H` and in a debugger; Linux keeps 15 bytes of it.
package final class Worker: Sendable {
    private let thread: Monitor<pthread_t?>

    /// How long the system is asked again for a thread that it refuses: others may end meanwhile.
    package static let patience = Duration.seconds(5)

    /// The exit code of a process that cannot work without the thread (sysexits: EX_OSERR).
    package static let exitCode: Int32 = 71

    /// Starts a thread that the process cannot work without: if the system refuses it for as long
    /// as `patience`, prints why and ends the process with 71.
    package convenience init(
        _ name: String, stackBytes: Int = 1 << 20, patience: Duration = Worker.patience,
        _ body: @escaping @Sendable () -> Void
    ) {
        do {
            try self.init(
                ifPossible: name, stackBytes: stackBytes, patience: patience, body)
        } catch {
            StandardStream.error.write("hookline: \(error)\n")
            ThisProcess.exit(Self.exitCode)
        }
    }

    /// Starts the thread; throws if the system refuses it for as long as `patience`.
    package init(
        ifPossible name: String, stackBytes: Int = 1 << 20, patience: Duration = Worker.patience,
        _ body: @escaping @Sendable () -> Void
    ) throws(ThreadError) {
        precondition(name.utf8.count <= 15, "a thread's name has 15 bytes at most: \(name)")
        let context = unsafe Unmanaged.passRetained(Body(run: body))
        let deadline = ContinuousClock.now + patience
        var pause = timespec(.milliseconds(50))
        var started = pthread_t()
        var code = unsafe Self.start(&started, name, stackBytes, context)
        while code == EAGAIN, ContinuousClock.now < deadline {
            _ = unsafe nanosleep(&pause, nil)
            code = unsafe Self.start(&started, name, stackBytes, context)
        }
        guard code == 0 else {
            // No thread will do it.
            unsafe context.release()
            throw ThreadError(thread: name, code: code)
        }
        thread = Monitor(started)
    }

    private static func start(
        _ thread: inout pthread_t, _ name: String, _ stackBytes: Int, _ context: Unmanaged<Body>
    ) -> Int32 {
        unsafe hookline_thread_start(
            &thread, name, stackBytes,
            { context in
                guard let context = unsafe context else { return nil }
                // Balances the retain of `init`: the closure lives as long as the thread runs it.
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
    }

    deinit {
        // Nobody waits any more: the thread frees itself when it ends.
        _ = thread.withLock { $0.take().map { pthread_detach($0) } }
    }

    /// Waits until the closure has returned; further calls return at once after that.
    package func join() {
        thread.withLock { thread in
            guard let running = thread.take() else { return }
            precondition(pthread_equal(running, pthread_self()) == 0, "a thread joins itself")
            _ = pthread_join(running, nil)
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
