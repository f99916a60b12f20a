internal import CRdkafka
internal import Synchronization
internal import Threads

/// Wakes the threads of librdkafka that fetch, once their full queue has room again.
///
/// Before 2.2.0 a fetcher that finds the queue full (`queued.max.messages.kbytes`) looks again
/// only after a second, or when anything else wakes it
/// (https://github.com/confluentinc/librdkafka/issues/2879): a consumer that is slower than the
/// broker then gets a queue's fill a second. Any request to the partition's leader goes through
/// that thread and wakes it; the smallest is to ask for the partition's ends. Later versions have
/// a setting for it, `fetch.queue.backoff.ms`.
final class FetchWaker: Sendable {
    /// Bytes that may be taken from the queue between two wakes: a sixteenth of it.
    let bytesBetween: Int

    /// The first version whose fetchers need no waking.
    private static let settledVersion: Int32 = 0x0202_0000

    /// Settings under which a fetcher looks again soon, where the library has them.
    static var settings: [(String, String)] {
        rd_kafka_version() >= settledVersion ? [("fetch.queue.backoff.ms", "5")] : []
    }

    private static let answerLimit = Duration.milliseconds(200)

    private struct State {
        /// Those to wake for, in turn: each may have another leader, and so another thread.
        var partitions: [TopicPartition] = []
        var next = 0
        var isAsked = false
        var isOver = false
    }

    private let handle: KafkaHandle
    private let state = Monitor(State())
    private let worker = Mutex<Worker?>(nil)

    /// Starts the thread, where the library needs it.
    init(_ handle: KafkaHandle) {
        self.handle = handle
        let kilobytes = handle.setting("queued.max.messages.kbytes").flatMap { Int($0) }
        bytesBetween = (kilobytes ?? 16_384) * 1024 / 16
        guard rd_kafka_version() < Self.settledVersion else { return }
        worker.withLock { worker in worker = Worker("kafka-waker") { [self] in run() } }
    }

    /// Changes for which partitions it wakes.
    func follow(_ change: (inout [TopicPartition]) -> Void) {
        state.withLock { change(&$0.partitions) }
    }

    /// Asks for a wake, and does not wait for it.
    func wake() {
        state.update { $0.isAsked = true }
    }

    /// Ends the thread; comes before the handle is closed.
    func stop() {
        state.update { $0.isOver = true }
        worker.withLock { $0.take() }?.join()
    }

    private func run() {
        while let partition = next() {
            var low: Int64 = 0
            var high: Int64 = 0
            // The answer does not matter, nor does an error: the asking wakes.
            _ = unsafe rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high,
                Self.answerLimit.milliseconds)
        }
    }

    /// Waits until it is asked; nil at the end.
    private func next() -> TopicPartition? {
        state.wait { state -> TopicPartition?? in
            if state.isOver { return .some(nil) }
            guard state.isAsked, !state.partitions.isEmpty else { return nil }
            state.isAsked = false
            state.next = (state.next + 1) % state.partitions.count
            return state.partitions[state.next]
        }
    }
}
