/// The arrival times of the index's entries: a mark where the second changed, so that a burst
/// costs nothing.
///
/// Times never fall along the sequence: while the clock is behind an earlier arrival, a record
/// counts as arrived then. So a clock that is set back makes no id leave the window early.
struct ArrivalTimes {
    private struct Mark {
        /// From this record on.
        var sequence: UInt64
        /// Seconds since 1970.
        var seconds: Int64
    }

    private var storage: [Mark] = []
    private var head = 0

    private var last: Mark? { storage.count > head ? storage[storage.count - 1] : nil }

    /// The time of the oldest entry.
    var oldest: Int64? { storage.count > head ? storage[head].seconds : nil }

    /// The time of the newest entry.
    var newest: Int64? { last?.seconds }

    mutating func append(_ sequence: UInt64, seconds: Int64) {
        if let last, last.seconds >= seconds { return }
        storage.append(Mark(sequence: sequence, seconds: seconds))
    }

    /// The oldest entry is gone; this is the first that is left.
    mutating func removeFirst(nowFirst first: UInt64) {
        guard head < storage.count else { return }
        storage[head].sequence = max(storage[head].sequence, first)
        if head + 1 < storage.count, storage[head + 1].sequence <= first {
            head += 1
            // What is gone is given back when it is most of the array.
            if head > 1024, head * 2 > storage.count {
                storage.removeFirst(head)
                head = 0
            }
        }
    }

    /// The newest entry, of this sequence, is taken back.
    mutating func removeLast(_ sequence: UInt64) {
        if let last, last.sequence >= sequence { storage.removeLast() }
    }

    /// The time of the record, or of the oldest that is known.
    func time(of sequence: UInt64) -> Int64? {
        let next = index { $0.sequence > sequence }
        return next > head ? storage[next - 1].seconds : oldest
    }

    /// The times of these records; 0 where none is known.
    func times(of range: Range<UInt64>) -> [Int64] {
        var next = index { $0.sequence > range.lowerBound }
        var seconds = next > head ? storage[next - 1].seconds : oldest ?? 0
        return range.map { sequence in
            if next < storage.count, storage[next].sequence == sequence {
                seconds = storage[next].seconds
                next += 1
            }
            return seconds
        }
    }

    /// The first record that came at this time or later; nil where none did.
    func first(at time: Int64) -> UInt64? {
        let found = index { $0.seconds >= time }
        return found < storage.count ? storage[found].sequence : nil
    }

    /// Where the marks begin for which this holds, as it does for all after the first.
    private func index(where isBehind: (Mark) -> Bool) -> Int {
        var low = head
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(storage[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
