/// How far a journal is published: up to a record, but for the topics that have a lane.
///
/// A topic that cannot be written has a lane: its records are passed over, so that the others go
/// on, and are sent in order when it can be written again.
package struct PublishPosition: Hashable, Sendable {
    /// A topic whose records are passed over from one on.
    package struct Lane: Hashable, Sendable {
        /// The topic's name.
        package let topic: String
        /// Sequence of its first record that is not published.
        package let first: UInt64

        /// A lane of this topic, from this record on.
        package init(topic: String, first: UInt64) {
            self.topic = topic
            self.first = first
        }
    }

    /// Every record up to this one is published, or belongs to a lane.
    package let through: UInt64
    /// The topics that are behind, by name.
    package let lanes: [Lane]
    /// A digest of which type goes to which topic: the lanes mean something under the same only.
    package let routes: UInt64

    /// A position; `routes` counts only where there are lanes.
    package init(through: UInt64, lanes: [Lane] = [], routes: UInt64 = 0) {
        precondition(Self.fit(lanes.map(\.topic)), "more lanes than a checkpoint takes")
        self.through = through
        self.lanes = lanes.sorted { $0.topic < $1.topic }
        self.routes = lanes.isEmpty ? 0 : routes
    }

    /// Every record up to this one is published.
    package var lowest: UInt64 {
        lanes.reduce(through) { min($0, $1.first - 1) }
    }

    /// Whether a record that goes to this topic is published.
    package func covers(_ sequence: UInt64, topic: String) -> Bool {
        sequence <= through && !lanes.contains { $0.topic == topic && $0.first <= sequence }
    }

    /// Bytes that names and numbers of all lanes may take: with what stands before them less than
    /// a checkpoint's page, and than the 4,096 bytes that Kafka keeps beside an offset.
    private static let lanesBytes = 3900
    /// What a lane takes beside its name: its number as text, and two separators.
    private static let laneBytes = 22

    /// Whether so many lanes of these names fit a checkpoint; a dozen of the longest names do.
    package static func fit(_ topics: some Collection<String>) -> Bool {
        topics.reduce(0) { $0 + $1.utf8.count + laneBytes } <= lanesBytes
    }
}
