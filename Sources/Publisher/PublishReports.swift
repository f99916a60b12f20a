internal import Kafka
internal import Synchronization
internal import Telemetry
internal import Threads

/// Waits for the reports of one client and turns them into the checkpoint: the second thread.
final class PublishReports: Sendable {
    private let loop: PublishLoop
    private let producer: KafkaProducer
    private let isEnding = Atomic<Bool>(false)
    private let lastNews = Atomic<UInt64>(MonotonicClock.now())

    init(_ loop: PublishLoop, _ producer: KafkaProducer) {
        self.loop = loop
        self.producer = producer
    }

    /// How long nothing has been acknowledged while something was on its way.
    var silence: Duration {
        // News may come between the two looks at the clock, and then are later than now.
        let last = lastNews.load(ordering: .relaxed)
        return .nanoseconds(max(MonotonicClock.now(), last) - last)
    }

    func restartSilence() {
        lastNews.store(MonotonicClock.now(), ordering: .relaxed)
    }

    /// Ends `serve` soon.
    func end() {
        isEnding.store(true, ordering: .releasing)
        producer.wake()
    }

    func serve() {
        var events = ProducerEvents()
        var lookAt = ContinuousClock.now
        while !isEnding.load(ordering: .acquiring) {
            if ContinuousClock.now >= lookAt {
                loop.progress.update { $0.holdStalled(now: MonotonicClock.now()) }
                lookAt = .now + PublishSession.tick
            }
            events.removeAll()
            guard producer.poll(upTo: PublishSession.tick, into: &events) else { continue }
            if !events.reports.isEmpty { take(events.reports) }
            for error in events.errors { take(error) }
        }
    }

    private func take(_ reports: [DeliveryReport]) {
        let outcome = loop.progress.update { progress in
            var outcome = PublishProgress.Outcome()
            outcome.acknowledged.reserveCapacity(reports.count)
            progress.take(reports, into: &outcome)
            return outcome
        }
        if reports.contains(where: { $0.failure == nil }) {
            restartSilence()
            loop.board.hear()
        }
        tell(outcome)
    }

    /// Tells journal, metrics and hooks what has changed.
    func tell(_ outcome: PublishProgress.Outcome) {
        if outcome.hasMoved { loop.recordPosition() }
        loop.metrics.count(outcome)
        guard let published = loop.hooks.published else { return }
        for (report, entry) in outcome.acknowledged {
            published(
                PublisherHooks.Published(
                    sequence: report.identity, topic: loop.router.topics[entry.topic],
                    partition: report.partition, offset: report.offset))
        }
    }

    /// Errors of the client that no broker is left over for; those of one broker pass.
    private static let keepsKafkaAway: Set<KafkaErrorCode> = [
        .allBrokersDown, .authentication, .tls, .resolve,
    ]

    private func take(_ error: KafkaError) {
        if error.fatal {
            loop.progress.update { $0.fail(error) }
        } else if Self.keepsKafkaAway.contains(error.code) {
            loop.note(error)
        } else {
            loop.log.debug("Kafka client", ["error": .string(error.description)])
        }
    }
}
