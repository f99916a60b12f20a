package import Kafka
internal import Store

/// A partition, and up to where it is to be read.
package struct CatchUpTarget: Hashable, Sendable {
    /// The partition.
    package let partition: TopicPartition
    /// The offset of its oldest record; nil where that is not known.
    package let start: Int64?
    /// The offset before which all is read.
    package let end: Int64
    /// Whether less than that is a failure: else the partition's own end is enough.
    package let isExact: Bool

    /// Names what is to be read.
    package init(
        _ partition: TopicPartition, start: Int64? = nil, end: Int64, isExact: Bool = false
    ) {
        self.partition = partition
        self.start = start
        self.end = end
        self.isExact = isExact
    }
}

/// In which order partitions are read: no I/O.
///
/// Those of the same number in all topics belong together: a key lies in the partition of the same
/// number where topics have as many, so all events of an entity come close to each other, and an
/// entity is read from and written to the disk once.
struct CatchUpPlan {
    /// Partitions that hold nothing, and that nothing was known of.
    let empty: [CatchUpTarget]
    private var groups: [[CatchUpTarget]]

    /// Plans what lies beyond the next offsets that are there already.
    init(_ targets: [CatchUpTarget], at next: [TopicPartition: Int64]) {
        let open = targets.filter { $0.end > max(next[$0.partition] ?? 0, $0.start ?? 0) }
        empty = targets.filter { target in
            target.start == target.end && next[target.partition] == nil
        }
        let byNumber = Dictionary(grouping: open, by: \.partition.partition)
        groups = byNumber.sorted { $0.key > $1.key }.map { group in
            group.value.sorted { $0.partition < $1.partition }
        }
    }

    /// The partitions to read next; nil at the end.
    mutating func next() -> [CatchUpTarget]? { groups.popLast() }
}

/// A partition that a catch-up reads to its end.
final class CatchUpPartition: FollowedPartition {
    let target: CatchUpTarget
    /// Its place among the partitions of the batch that is read; nil if it is not among them yet.
    var place: Int?
    /// What was read since it was last handed over.
    private var read = CatchUpProgress.Topic()
    private var handedOver: Int64

    init(_ target: CatchUpTarget, _ progress: PartitionProgress?) {
        self.target = target
        var reading = PartitionReading()
        if let progress {
            reading = PartitionReading(
                next: progress.next, last: progress.last, anchor: progress.anchor)
        } else if let start = target.start {
            reading.begin(at: start)
        }
        handedOver = max(reading.next, target.start ?? 0)
        super.init(target.partition, end: target.end, reading: reading)
    }

    /// Counts a record.
    func count(bytes: Int) {
        read.records += 1
        read.bytes += bytes
    }

    /// What was read since this was called last.
    func takeRead() -> CatchUpProgress.Topic {
        defer { read = .init() }
        let next = max(handedOver, min(reading.next, target.end))
        read.offsets = next - handedOver
        handedOver = next
        return read
    }

    /// How many offsets are left to its end.
    var left: Int64 { max(0, target.end - max(reading.next, target.start ?? 0)) }
}
