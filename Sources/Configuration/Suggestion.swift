/// What somebody probably meant who wrote a name that does not exist.
package enum Suggestion {
    /// The known name nearest to this one; nil where none is near.
    package static func nearest(to name: String, in known: some Sequence<String>) -> String? {
        let written = Array(name.lowercased())
        let ranked = known.map { ($0, distance(written, Array($0.lowercased()))) }
        // The name breaks a tie, so that the answer does not depend on the order of a set.
        let best = ranked.min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let best, best.1 <= max(1, written.count / 3) else { return nil }
        return best.0
    }

    /// How many letters must be changed, added, taken away or swapped with their neighbour.
    private static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var before: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let changed = last[column] + (one[row] == other[column] ? 0 : 1)
                var best = min(changed, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1],
                    one[row - 1] == other[column]
                {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            (before, last) = (last, current)
        }
        return last[other.count]
    }
}
