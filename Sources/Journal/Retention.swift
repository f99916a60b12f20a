/// Which segments need not be kept any longer: pure.
struct Retention {
    /// How many segments that nothing needs any longer wait to be used again; more are removed.
    static let spareSegments = 4

    /// The last sequence whose publishing both checkpoint files know.
    var published: UInt64
    /// Seconds since 1970.
    var now: Int64
    var keepSeconds: Int64

    /// Whether nothing but their ids needs the records before `next`, the last of this segment.
    ///
    /// Under pressure a published segment goes before its time, since a webhook would be refused
    /// otherwise.
    func mayGo(_ segment: Segment, next: UInt64, underPressure: Bool) -> Bool {
        guard next <= published + 1 else { return false }
        return underPressure || now - segment.newest >= keepSeconds
    }
}
