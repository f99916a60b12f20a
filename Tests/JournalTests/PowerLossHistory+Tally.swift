extension PowerLossHistory {
    /// What happened, so that a test can tell that enough did.
    struct Tally: CustomStringConvertible {
        /// What every hundred lives meet.
        static let expected = [
            "acknowledged", "clean stops", "conflicts", "duplicates", "duplicates that wait",
            "ends by a failing disk", "ids that are not kept", "kills", "other settings",
            "power losses", "refused: failed", "refused: full", "refused: noSpace",
            "segments used again", "starts",
            "starts behind the first segment", "starts that failed", "starts that were cut off",
            "torn batches",
        ]

        private(set) var counts: [String: Int] = [:]

        mutating func add(_ what: String, _ count: Int = 1) { counts[what, default: 0] += count }

        static func += (one: inout Tally, other: Tally) {
            one.counts.merge(other.counts) { $0 + $1 }
        }

        var description: String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", ")
        }
    }
}
