import Glibc
import Kafka
import Simulator
import Store
import Support
import Testing
import Threads

extension Flows {
    /// `hookline replay` over a real Kafka: many events, killed, compared, taken under load.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct ReplayKafkaFlowTests {
        @Test(.timeLimit(.minutes(15)))
        func `50,000 events: killed, rebuilt, compared, and taken under load while others read`()
            throws
        {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers, settings: ["topics": "partitions: 6"])
            try installation.run("topics", "create")
            let serve = try installation.serve()
            let consume = try installation.consume()
            let all = Stream(events: 52_000, seed: 41, entities: 4000)
            let rest = all.bodies.suffix(2000)
            // As serve would have published them, in a tenth of the time.
            let writer = try TopicWriter(installation.kafka)
            let first = all.requests.dropLast(2000).map { request in
                ForeignRecord(request.type, key: request.key, value: request.body)
            }
            for start in stride(from: 0, to: first.count, by: 2000) {
                try writer.write(Array(first[start..<min(first.count, start + 2000)]))
            }
            try writer.write(foreign)
            try waitForLiveState(installation)
            let before = try installation.export()

            let killed = try installation.start(["replay"], as: "replay")
            let mark = installation.folder.file("state/generations/000002/UNFINISHED")
            try eventually("the replay to build", upTo: .seconds(60)) {
                FileSystem.exists(mark) || killed.endIfAny != nil
            }
            killed.crash()
            #expect(FileSystem.exists(mark), "it was killed while it built")
            #expect(try installation.export() == before)
            let verified = try installation.end(["replay", "--verify"], upTo: .seconds(240))
            #expect(verified.end == .exited(0), "\(verified.output)\(verified.errors)")
            #expect(verified.output.contains("removed generation 000002"), "\(verified.output)")
            #expect(verified.output.contains("are the same as in the live state"))

            let watch = ProgressWatch(StateFolder(installation.folder.file("state")))
            let sending = Sending(
                Array(rest), port: installation.ingressPort, key: Installation.key, connections: 2,
                perSecond: 100)
            let swapped = try installation.end(["replay", "--swap"], upTo: .seconds(240))
            #expect(swapped.end == .exited(0), "\(swapped.output)\(swapped.errors)")
            try sending.waitForAll(upTo: .seconds(60))
            try installation.waitForState(try all.state(), upTo: .seconds(60))
            let seen = watch.stop()
            #expect(seen.complaints == [], "readers saw the past, or failed")
            #expect(seen.generations.count == 2, "readers saw both: \(seen.generations)")
            let again = try installation.end(["replay", "--verify"], upTo: .seconds(240))
            #expect(again.end == .exited(0), "\(again.output)\(again.errors)")
            _ = (serve, consume)
        }

        /// What no consumer can apply.
        private var foreign: [ForeignRecord] {
            let values: [String?] = [nil, "no JSON", "{}", "[1,2]", ""]
            return values.map { value in
                ForeignRecord("order.updated", key: nil, value: value.map { Array($0.utf8) })
            }
        }

        /// Waits until nothing is left to publish and nothing to apply.
        private func waitForLiveState(_ installation: Installation) throws {
            try eventually("the state to follow", upTo: .seconds(120)) {
                pauseBriefly()
                let left = try installation.metric("serve", "hookline_journal_unpublished_records")
                let lag = try installation.metric("consume", "hookline_consumer_lag_records")
                let letters = try installation.metric(
                    "consume", "hookline_dead_letters_total")
                return left == 0 && lag == 0 && letters >= 5
            }
        }
    }
}

/// Reads the live state again and again, and notes where it goes back.
private final class ProgressWatch: Sendable {
    struct Seen {
        var complaints: [String] = []
        var generations: Set<String> = []
        var isOver = false
    }

    private let seen = Monitor(Seen())
    private let worker: Worker

    init(_ folder: StateFolder) {
        let seen = seen
        worker = Worker("watch") {
            var next: [TopicPartition: Int64] = [:]
            while !seen.withLock({ $0.isOver }) {
                do {
                    let reader = try StateReader.open(folder)
                    let progress = try reader.progress()
                    let back = progress.first { partition in
                        let key = TopicPartition(partition.topic, partition.partition)
                        return partition.next < next[key] ?? 0
                    }
                    for partition in progress {
                        next[TopicPartition(partition.topic, partition.partition)] = partition.next
                    }
                    seen.withLock { seen in
                        seen.generations.insert(reader.path)
                        if let back { seen.complaints.append("\(reader.path): \(back)") }
                    }
                } catch {
                    seen.withLock { $0.complaints.append("\(error)") }
                }
                pauseBriefly()
            }
        }
    }

    func stop() -> Seen {
        seen.withLock { $0.isOver = true }
        worker.join()
        return seen.withLock { $0 }
    }
}
