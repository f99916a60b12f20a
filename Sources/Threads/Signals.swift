internal import CThreads
internal import Glibc

/// The signals that end or nudge a process: waited for by one thread, handled by none.
package enum Signals {
    /// A signal that was waited for.
    package enum Received: Int32, Sendable {
        /// SIGHUP: the terminal went away, or somebody asks to read the settings again.
        case hangup = 1
        /// SIGINT: a person pressed Ctrl-C.
        case interrupt = 2
        /// SIGUSR1: another thread of this process has news.
        case nudge = 10
        /// SIGTERM: the process is asked to stop.
        case terminate = 15

        /// The name that people know it by.
        package var name: String {
            switch self {
            case .hangup: "SIGHUP"
            case .interrupt: "SIGINT"
            case .nudge: "SIGUSR1"
            case .terminate: "SIGTERM"
            }
        }
    }

    /// Blocks the signals in this thread and all it starts, and ignores SIGPIPE in the process.
    ///
    /// The first call of `main`: a thread started earlier would take them and die.
    package static func block() {
        hookline_signals_block()
        ignoreBrokenPipes()
    }

    /// Makes a write to a pipe or socket that nobody reads fail, instead of ending the process.
    package static func ignoreBrokenPipes() {
        hookline_ignore_broken_pipes()
    }

    /// Makes the signals end the process where the kernel would drop them: in process 1 of a
    /// container, a signal without a handler does nothing.
    ///
    /// A role blocks the signals later and waits for them, so that no handler runs.
    package static func endAsFirstProcess() {
        if ThisProcess.id == 1 { hookline_end_on_signals() }
    }

    /// Waits for one of the signals.
    package static func wait() -> Received {
        while true {
            if let signal = Received(rawValue: hookline_signals_wait(nil)) { return signal }
        }
    }

    /// Waits for one of the signals, for this long at most.
    package static func wait(upTo limit: Duration) -> Received? {
        var length = timespec(limit)
        return unsafe Received(rawValue: hookline_signals_wait(&length))
    }

    /// A thread that waits for signals, to be nudged from another.
    struct Waiter: Sendable {
        private let thread = pthread_self()

        /// Wakes the thread; it must still be running.
        func nudge() {
            send(.nudge)
        }

        func send(_ signal: Received) {
            pthread_kill(thread, signal.rawValue)
        }
    }
}
