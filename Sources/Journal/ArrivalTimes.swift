/// The arrival times of the index's entries: a mark where the second changed, so that a burst
/// costs nothing.
///
/// Times never fall along the sequence: while the clock is behind an earlier arrival, a record
/// counts as arrived then. So a clock that is set back makes no id leave the window early.
struct ArrivalTimes {
    struct Mark: Equatable {
        /// From this record on.
        var sequence: UInt64
        /// Seconds since 1970.
        var seconds: Int64
    }

    private var storage: [Mark] = []
    private var head = 0

    private var marks: ArraySlice<Mark> { storage[head...] }
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
        let marks = marks
        var low = marks.startIndex
        var high = marks.endIndex
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low > marks.startIndex ? marks[low - 1].seconds : marks.first?.seconds
    }

    /// The marks of the entries up to this one.
    func marks(upTo last: UInt64) -> [Mark] {
        marks.filter { $0.sequence <= last }
    }
}
