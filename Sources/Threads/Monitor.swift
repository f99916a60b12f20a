internal import CThreads
internal import Glibc

/// A value, its lock and its condition: the hand-over between two threads.
///
/// `update` changes the value and wakes those who wait; `wait` sleeps until its closure, called
/// under the lock after each wake, returns something. The closures hold the lock: they are short
/// and call no other monitor.
@safe package final class Monitor<Value: ~Copyable>: @unchecked Sendable {
    // Safe because: the value is touched only between lock and unlock of the mutex ("the thread
    // that called pthread_mutex_lock owns the mutex until it unlocks it"), and both pthread
    // objects stay at their address until `deinit`.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// A monitor of this value.
    package init(_ value: consuming sending Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        let mutexCode = unsafe pthread_mutex_init(mutex, nil)
        let conditionCode = unsafe hookline_condition_init(condition)
        precondition(mutexCode == 0 && conditionCode == 0, "a lock could not be made")
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs the closure with the lock held, and wakes nobody.
    package func withLock<R, E: Error>(
        _ body: (inout sending Value) throws(E) -> sending R
    ) throws(E) -> sending R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Runs the closure with the lock held, and wakes all who wait.
    package func update<R, E: Error>(
        _ body: (inout sending Value) throws(E) -> sending R
    ) throws(E) -> sending R {
        unsafe pthread_mutex_lock(mutex)
        defer {
            // Woken after the unlock: nobody wakes only to wait for the lock.
            unsafe pthread_mutex_unlock(mutex)
            unsafe pthread_cond_broadcast(condition)
        }
        return try body(&value)
    }

    /// Sleeps until the closure returns something.
    package func wait<R>(_ body: (inout sending Value) -> sending R?) -> sending R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }

    /// Sleeps until the closure returns something, or the time is over: nil then.
    ///
    /// The clock is the monotonic one; the closure is asked once more at the deadline.
    package func wait<R>(
        upTo limit: Duration, _ body: (inout sending Value) -> sending R?
    ) -> sending R? {
        var deadline = timespec(after: limit)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return body(&value)
            }
        }
    }
}
