internal import Events
internal import Threads

extension StateRequests {
    /// How long a request may take, in seconds.
    package struct Limits: Sendable {
        /// Until it is begun.
        package let begin: Int64
        /// From then until it is done.
        package let done: Int64

        /// Both.
        package init(begin: Int64, done: Int64) {
            self.begin = begin
            self.done = done
        }
    }

    /// Asks, and waits for the answer; nil where none comes in time, or nobody waits any more.
    ///
    /// `pause` waits a moment between two looks, and says whether to go on. A request that was not
    /// begun is withdrawn. Where the process that keeps the live state is seen to end, that is a
    /// refusal.
    package func ask(
        _ kind: String, _ argument: String, _ limits: Limits, pause: () -> Bool
    ) throws(StoreError) -> StateRequest.Answer? {
        let expires = Timestamp.now().adding(seconds: limits.begin)
        let number = try ask(kind, argument, expires: expires)
        var deadline = MonotonicClock.now() + UInt64(limits.begin) * 1_000_000_000
        var hasBegun = false
        // A process in another container is not seen: then only the time tells.
        var isSeen = false
        while true {
            let isThere = folder.lockHolder != nil
            if let answer = try answer(to: number) { return answer }
            if isSeen, !isThere {
                _ = try withdraw(number)
                return .refused("the running consume ended before it was done")
            }
            isSeen = isSeen || isThere
            if MonotonicClock.now() > deadline {
                if try withdraw(number) || hasBegun { return nil }
                hasBegun = true
                deadline += UInt64(limits.done) * 1_000_000_000
            }
            guard pause() else {
                _ = try withdraw(number)
                return nil
            }
        }
    }
}
