internal import Threads

/// Notices that the process stood still: stopped, suspended, or in a machine that was paused.
///
/// A topic may have been recreated meanwhile without a sign, so its records are not to be trusted
/// until the partition has been checked. Pure, if it is given the time.
struct PauseWatch {
    /// More than this between two looks is a pause; a slow commit that takes longer costs a check.
    static let limit: UInt64 = 5_000_000_000

    private var lastLook: UInt64
    /// The wall clock less the boot clock, in seconds: a machine that was paused as a whole wakes
    /// with a wall clock that steps.
    private var difference: Int64
    /// Whether there was a pause since the last check.
    private(set) var hasPaused = false

    init(boot: UInt64 = BootClock.now(), wall: Int64 = WallClock.now().seconds) {
        lastLook = boot
        difference = wall - Int64(boot / 1_000_000_000)
    }

    /// Looks at the clock that counts suspensions; whether there was a pause since the last check.
    mutating func look(boot: UInt64 = BootClock.now()) -> Bool {
        if boot > lastLook + Self.limit { hasPaused = true }
        lastLook = max(lastLook, boot)
        return hasPaused
    }

    /// Looks at both clocks.
    mutating func lookCloser(
        boot: UInt64 = BootClock.now(), wall: Int64 = WallClock.now().seconds
    ) -> Bool {
        let now = wall - Int64(boot / 1_000_000_000)
        if abs(now - difference) > Int64(Self.limit / 1_000_000_000) { hasPaused = true }
        difference = now
        return look(boot: boot)
    }

    /// Every partition is being checked.
    mutating func forget() {
        hasPaused = false
    }
}
