package import Events
internal import Kafka
package import Store

/// The events of an entity that had occurred by a time, and which records say what it was then.
package struct PastEvents {
    /// All of them in the order of arrival, duplicates too.
    package let all: [HistoryEntry]
    /// Those to read, one event each, in no order that matters: any order gives the same state.
    ///
    /// Of copies of one event the one that arrived last is read, since retention takes the oldest
    /// first. What a later `replace` event did away with is not read at all.
    package let needed: [HistoryEntry]

    /// Events that are looked at between two looks at the clock.
    private static let stride = 256

    /// Finds them in the history, `limit` at most; `isLate` says whether the time is over.
    package init(
        of name: EntityName, by time: Timestamp, in reader: StateReader, _ catalogue: Catalogue,
        limit: Int, isLate: () -> Bool = { false }
    ) throws(PastFailure) {
        var events: [HistoryEntry] = []
        var first: Timestamp?
        var looked = 0
        var isOver = false
        do {
            let rows = try reader.historyRows(name.entity, name.id)
            while !isOver, events.count <= limit, let row = try rows.next() {
                looked += 1
                isOver = looked.isMultiple(of: Self.stride) && isLate()
                first = min(first ?? row.version.occurredAt, row.version.occurredAt)
                if row.version.occurredAt <= time { events.append(row) }
            }
        } catch {
            throw .store(error)
        }
        if isOver { throw .long(name, looked: looked) }
        guard let first else { throw .unknown(name) }
        guard !events.isEmpty else { throw .notYet(name, first: first) }
        guard events.count <= limit else { throw .tooMany(name, limit: limit) }
        self.init(events, catalogue)
    }

    /// Picks from the events that had occurred by a time, in the order of arrival.
    init(_ events: [HistoryEntry], _ catalogue: Catalogue) {
        all = events
        let floor = events.filter { catalogue[$0.type]?.mode == .replace }
            .map(\.version).max()
        var latest: [Version: HistoryEntry] = [:]
        for event in events where floor.map({ $0 <= event.version }) ?? true {
            latest[event.version] = event
        }
        needed = Array(latest.values)
    }

    /// The records by partition, in the order of their offsets.
    var byPartition: [(partition: TopicPartition, events: [HistoryEntry])] {
        Dictionary(grouping: needed) { TopicPartition($0.position.topic, $0.position.partition) }
            .sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { $0.position.offset < $1.position.offset }) }
    }
}
