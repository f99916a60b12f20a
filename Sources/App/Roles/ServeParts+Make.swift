import Events
import Files
import HTTP
import Ingress
import Journal
import Kafka
import Management
import Publisher
import Telemetry

extension ServeParts {
    /// What only `dev` wants.
    struct Extras {
        /// Told of each webhook that is acknowledged.
        var acknowledged: (@Sendable (AcknowledgedWebhook) -> Void)?
        var publisher = PublisherHooks()
        /// Whether another port will do where the configured one is taken.
        var takesAnyPort = false
    }

    /// Makes the parts from the back to the front: what ingress takes has somewhere to go.
    ///
    /// The journal is recovered in here; when this returns, ingress listens.
    init(_ context: RoleContext, _ extras: Extras = Extras()) throws(CommandFailure) {
        let (settings, log) = (context.settings, context.log)
        // Before anything is opened: without a key there is nothing to open it for.
        let keys = try Self.keys(settings.ingress, log)
        journal = try Self.journal(context)
        context.readiness.set("journal", .ready)
        // It ends by itself: worth saying as well, and no reason to send webhooks elsewhere.
        context.readiness.note("journal") { [journal] in
            guard let mark = journal.outOfSpace else { return [] }
            return [
                "no room for another segment (\(mark)): webhooks get 503 once what is prepared is "
                    + "used"
            ]
        }
        let publisher = PublishLoop(
            journal: JournalTail(journal), kafka: settings.kafka,
            configuration: settings.publisher,
            router: RecordRouter(
                settings.catalogue, topicPrefix: settings.kafka.topicPrefix,
                source: settings.source),
            bodyLimit: settings.ingress.bodyBytes, hooks: extras.publisher,
            metrics: context.metrics, log: log)
        self.publisher = publisher
        // Kafka away is worth saying, and no reason to send webhooks elsewhere.
        context.readiness.note("publisher") {
            let status = publisher.status.isPublishing ? [] : [publisher.status.description]
            return status
                + publisher.unwritableTopics.sorted { $0.key < $1.key }.map { topic, why in
                    "topic \(topic) cannot be written, its records wait: \(why)"
                }
        }
        ingress = try listening(orAnywhere: extras.takesAnyPort, at: settings.ingress.listener) {
            [journal] (listener) throws(HTTPServerError) in
            var configuration = settings.ingress
            configuration.listener = listener
            return try IngressServer(
                configuration, keys: keys, catalogue: settings.catalogue, journal: journal,
                log: log, metrics: context.metrics, observer: extras.acknowledged)
        }
        context.readiness.set("ingress", .ready)
    }

    /// The keys that senders may use; without one `serve` does not start.
    private static func keys(
        _ configuration: IngressConfiguration, _ log: Log
    ) throws(CommandFailure) -> APIKeys {
        let keys = try APIKeys.configured(
            file: configuration.keysFile, text: configuration.keys, of: "ingress", log)
        guard let keys else {
            var failure = CommandFailure(
                .configuration,
                "ingress.keysFile is not set, and without an API key nobody could post: name a "
                    + "file with a line `name: key` for each, or set HOOKLINE_INGRESS_KEYS")
            failure.hint = "to try it without any of this: hookline dev"
            throw failure
        }
        return keys
    }

    private static func journal(_ context: RoleContext) throws(CommandFailure) -> JournalWriter {
        do {
            return try JournalWriter.open(
                context.settings.journal, log: context.log, metrics: context.metrics)
        } catch {
            switch error {
            case .file(.locked(_, let holder)):
                let who = holder.map { "process \($0)" } ?? "another process"
                throw CommandFailure(
                    .temporary,
                    "the journal \(context.settings.journal.folder) is in use by \(who): stop "
                        + "that one first, or give this one a journal.folder of its own")
            case .corrupt, .damaged: throw CommandFailure(.data, "\(error)")
            default: throw CommandFailure(.io, "\(error)")
            }
        }
    }
}

extension APIKeys {
    /// The keys of a section, from its `keysFile` or its `keys`; nil where it has neither.
    static func configured(
        file: String?, text: String?, of section: String, _ log: Log
    ) throws(CommandFailure) -> APIKeys? {
        let source: APIKeys.Source
        if let file {
            source = APIKeys.Source(file) {
                String(decoding: try Disk().contents(of: file), as: UTF8.self)
            }
        } else if let text {
            source = APIKeys.Source("\(section).keys", text: text)
        } else {
            return nil
        }
        do {
            return try APIKeys(source, log: log.with(component: section))
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}

/// Makes a listener; where its port is taken and any will do, on another one.
func listening<Listener>(
    orAnywhere takesAnyPort: Bool, at configuration: HTTPServerConfiguration,
    _ make: (HTTPServerConfiguration) throws(HTTPServerError) -> Listener
) throws(CommandFailure) -> Listener {
    do {
        return try make(configuration)
    } catch {
        guard takesAnyPort, configuration.port != 0 else {
            throw CommandFailure(.unavailable, "\(error)")
        }
        var elsewhere = configuration
        elsewhere.port = 0
        return try listening(orAnywhere: false, at: elsewhere, make)
    }
}
