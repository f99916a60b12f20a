package import Events
package import HTTP
package import Kafka
package import Store
package import Telemetry
internal import Threads

/// Answers questions about the state over HTTP: what an entity is, was, and why.
///
/// It listens from the moment it is made. Its own thread and those beside it answer from the state,
/// one more what Kafka must be asked for too.
package final class QueryServer: Part {
    /// The part's name.
    package let name = "query"

    /// What it needs of the process around it.
    package struct Surroundings: Sendable {
        /// The folder of the state.
        let folder: StateFolder
        /// The types of events.
        let catalogue: Catalogue
        /// Which Kafka has their bodies.
        let kafka: KafkaConfiguration
        /// What only the consumer knows.
        let service: @Sendable () -> ServiceStatus

        /// Names them.
        package init(
            folder: StateFolder, catalogue: Catalogue, kafka: KafkaConfiguration,
            service: @escaping @Sendable () -> ServiceStatus
        ) {
            self.folder = folder
            self.catalogue = catalogue
            self.kafka = kafka
            self.service = service
        }
    }

    /// A client of Kafka that nobody has needed for so long is ended.
    private static let clientIdle = Duration.seconds(30)
    /// How soon a thread without questions lets go of a generation that is not live any more.
    private static let look = Duration.seconds(1)
    /// How long the last answers may take at the end.
    private static let lastAnswers = Duration.milliseconds(500)

    private let server: HTTPServer
    private let desk = QueryDesk()
    private let keys: APIKeys?
    private let configuration: QueryConfiguration
    private let surroundings: Surroundings
    private let log: Log
    private let metrics: QueryMetrics

    /// Listens from here on; without keys everybody who reaches the listener may ask.
    package init(
        _ configuration: QueryConfiguration, keys: APIKeys?, _ surroundings: Surroundings,
        log: Log, metrics: Metrics
    ) throws(HTTPServerError) {
        self.configuration = configuration
        self.keys = keys
        self.surroundings = surroundings
        self.log = log.with(component: name)
        self.metrics = QueryMetrics(metrics)
        server = try HTTPServer(
            name, configuration.listener, log: self.log, metrics: metrics,
            handler: QueryHandler(QuestionReader(surroundings.catalogue), keys: keys, desk))
    }

    /// The port it listens on, also where any free one was asked for.
    package var port: Int { server.port }

    /// Answers until `stop()`, then what still waits.
    package func run() {
        let past = Worker("query-past") { [self] in answerPast() }
        // All but this thread answer lists, and quick questions when there are none.
        let others = (1..<configuration.readers).map { number in
            Worker("query-\(number)") { [self] in answerLists() }
        }
        let live = LiveState(surroundings.folder)
        let answers = QueryAnswers(live, service: surroundings.service)
        let interval = Duration.milliseconds(configuration.keysReloadMilliseconds)
        var reloadAt = ContinuousClock.now + interval
        while !desk.isOver {
            let now = ContinuousClock.now
            if now >= reloadAt {
                reload()
                reloadAt = now + interval
            }
            if let waiting = desk.take(from: [.quick], upTo: min(Self.look, reloadAt - now)) {
                answer(waiting, answers)
            } else {
                live.settle()
            }
        }
        server.quiesce()
        for other in others { other.join() }
        while let waiting = desk.take(from: [.quick, .list], upTo: .zero) {
            answer(waiting, answers)
        }
        past.join()
        server.stop(within: Self.lastAnswers)
    }

    /// Has `run()` end.
    package func stop() {
        desk.close()
    }

    /// Reads the keys again now, as on SIGHUP.
    package func reload() {
        keys?.reload()
    }

    private func answerLists() {
        let live = LiveState(surroundings.folder)
        let answers = QueryAnswers(live, service: surroundings.service)
        while true {
            if let waiting = desk.take(from: [.list, .quick], upTo: Self.look) {
                answer(waiting, answers)
            } else if desk.isOver {
                return
            } else {
                live.settle()
            }
        }
    }

    private func answerPast() {
        let past = PastReader(
            surroundings.kafka, surroundings.catalogue, .init(configuration), log: log,
            isStopping: { [desk] in desk.isOver })
        defer { past.close() }
        let live = LiveState(surroundings.folder)
        let answers = QueryAnswers(live, past: past, service: surroundings.service)
        var closeAt = ContinuousClock.now
        while true {
            if let waiting = desk.take(from: [.past], upTo: Self.look) {
                answer(waiting, answers)
                closeAt = .now + Self.clientIdle
            } else if desk.isOver {
                return
            } else {
                live.settle()
                if .now >= closeAt { past.close() }
            }
        }
    }

    private func answer(_ waiting: QueryDesk.Waiting, _ answers: QueryAnswers) {
        let exchange = waiting.exchange
        defer { metrics.observe(waiting.question.question.line, since: exchange.begunAt) }
        do {
            exchange.respond(try answers.answer(waiting.question, since: exchange.begunAt))
        } catch {
            if case .store(let cause) = error {
                log.error("a question has no answer", ["error": .string("\(cause)")])
            }
            exchange.refuse(error.problem)
        }
    }
}
