import Consumer
import Kafka

/// How far a replay is, topic by topic, as bars or as a line.
struct ReplayBars {
    private static let width = 24

    private let topics: [(name: String, offsets: Int64)]
    private let nameWidth: Int
    /// When the reading began, on the monotonic clock.
    let start: UInt64
    /// Whether a picture stands on the terminal that the next one replaces.
    var isDrawn = false

    init(_ targets: [CatchUpTarget], at start: UInt64) {
        var offsets: [String: Int64] = [:]
        for target in targets {
            offsets[target.partition.topic, default: 0] += max(0, target.end - (target.start ?? 0))
        }
        topics = offsets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        nameWidth = max(5, topics.map(\.name.count).max() ?? 0)
        self.start = start
    }

    /// A line for each topic and one for all, over the picture before.
    func picture(_ progress: CatchUpProgress, at now: UInt64, _ paint: Paint) -> String {
        var text = isDrawn ? "\u{1B}[\(topics.count + 1)A" : ""
        for topic in topics {
            let read = progress.topics[topic.name]
            let share = Self.share(read?.offsets ?? 0, of: topic.offsets)
            let bar = paint.cyan(Self.bar(share))
            let amount = "\(read?.records ?? 0) records, \(SizeText.of(read?.bytes ?? 0))"
            text += "\r\u{1B}[K\(padded(topic.name))  \(bar)  \(amount)\n"
        }
        return text + "\r\u{1B}[K\(line(progress, at: now))\n"
    }

    /// All topics together.
    func line(_ progress: CatchUpProgress, at now: UInt64) -> String {
        let total = topics.reduce(0) { $0 + $1.offsets }
        let read = progress.topics.values.reduce(0) { $0 + $1.offsets }
        let share = Self.share(read, of: total)
        let seconds = max(Double(now - start) / 1e9, 0.001)
        let rate = Double(progress.records) / seconds
        var text = padded("total") + "  \(Int(share * 100)) %, \(progress.records) records, "
        text += "\(SizeText.of(progress.bytes)), \(Int(rate))/s"
        guard read > 0, share < 1 else { return text }
        let left = Double(total - read) * seconds / Double(read)
        return text + ", \(Self.time(left)) left"
    }

    private func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(0, nameWidth - name.count))
    }

    private static func share(_ read: Int64, of total: Int64) -> Double {
        total > 0 ? min(1, Double(read) / Double(total)) : 1
    }

    private static func bar(_ share: Double) -> String {
        let full = Int(share * Double(width))
        return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    }

    private static func time(_ seconds: Double) -> String {
        let seconds = Int(min(seconds, 1e9).rounded(.up))
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
