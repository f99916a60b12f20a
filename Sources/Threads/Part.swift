/// Something that runs as long as its role: a listener, a writer, a loop.
package protocol Part: AnyObject, Sendable {
    /// Its name in the log, and its thread's name in `top -H` (15 bytes at most).
    var name: String { get }

    /// How long its end may take, once asked for.
    var stopLimit: Duration { get }

    /// Works until `stop()` is called; returning or throwing earlier ends the whole role.
    func run() throws

    /// Asks `run()` to wind up and return; returns soon itself, and may come before `run()`.
    func stop()
}

extension Part {
    /// Three seconds.
    package var stopLimit: Duration { .seconds(3) }
}
