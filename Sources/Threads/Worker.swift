internal import CThreads
internal import Glibc

/// A thread with a name, running one closure from the moment it is made.
///
/// The name shows in `top -H` and in a debugger; Linux keeps 15 bytes of it.
package final class Worker: Sendable {
    private let thread: Monitor<pthread_t?>

    /// Starts the thread; a machine that cannot give one is out of order, and the process ends.
    package init(
        _ name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void
    ) {
        precondition(name.utf8.count <= 15, "a thread's name has 15 bytes at most: \(name)")
        let context = unsafe Unmanaged.passRetained(Body(run: body))
        var started = pthread_t()
        let code = unsafe hookline_thread_start(
            &started, name, stackBytes,
            { context in
                guard let context = unsafe context else { return nil }
                // Balances the retain above: the closure lives as long as the thread runs it.
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        precondition(code == 0, "no thread for \(name): errno \(code)")
        thread = Monitor(started)
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
