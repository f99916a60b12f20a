internal import JSON
internal import Kafka
internal import Store

/// How far the state is, as JSON.
struct StatusDocument {
    private let generation: String
    private let gaps: Int
    private let service: ServiceStatus
    private let partitions: [(progress: PartitionProgress, end: Int64?)]

    init(
        generation: String, gaps: Int, _ progress: [PartitionProgress], _ service: ServiceStatus
    ) {
        self.generation = generation
        self.gaps = gaps
        self.service = service
        // A partition of which nothing has been read yet is not in the store.
        let stored = Set(progress.map { TopicPartition($0.topic, $0.partition) })
        let untouched = service.ends.keys.filter { !stored.contains($0) }.map {
            PartitionProgress(topic: $0.topic, partition: $0.partition, next: 0, last: nil)
        }
        partitions = (progress + untouched)
            .sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
            .map { ($0, service.ends[TopicPartition($0.topic, $0.partition)]) }
    }

    private static func lag(_ partition: (progress: PartitionProgress, end: Int64?)) -> Int64? {
        partition.end.map { max(0, $0 - partition.progress.next) }
    }

    func write(to writer: inout JSONWriter) {
        let known = partitions.filter { $0.end != nil }
        let lag = known.compactMap(Self.lag).reduce(0, +)
        let all = known.reduce(0) { $0 + max($1.end ?? 0, $1.progress.next) }
        writer.object { object in
            object.field("ready", service.reasons.isEmpty)
            object.array("reasons") { list in
                for reason in service.reasons { list.value(reason) }
            }
            object.field("generation", generation)
            object.field("rate", (service.rate * 10).rounded() / 10)
            object.field("lag", lag)
            object.key("progress")
            if known.isEmpty {
                object.null()
            } else {
                object.value(all == 0 ? 1.0 : Double(all - lag) / Double(all))
            }
            object.field("gaps", gaps)
            object.array("partitions") { list in
                for partition in partitions { Self.write(partition, to: &list) }
            }
        }
    }

    private static func write(
        _ partition: (progress: PartitionProgress, end: Int64?), to writer: inout JSONWriter
    ) {
        writer.object { object in
            object.field("topic", partition.progress.topic)
            object.field("partition", partition.progress.partition)
            object.field("next", partition.progress.next)
            for (name, value) in [("end", partition.end), ("lag", lag(partition))] {
                object.key(name)
                if let value { object.value(value) } else { object.null() }
            }
        }
    }
}
