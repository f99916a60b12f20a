import Events
import JSON
import Projection
import Query
import Store
import Telemetry

/// What one entity is, or was at the time of `--at`, with the events that explain it.
struct EntityMoment {
    /// `--at`.
    static let option = Command.Option(
        name: "--at", value: .text("TIME"),
        help: "As of when: what had occurred by then, whenever it arrived (RFC 3339; a date "
            + "means its beginning in UTC)")

    /// A person waits longer for an answer than another program does.
    private static let patience = Duration.seconds(60)

    let name: EntityName
    let state: EntityState
    let at: PointInTime?
    /// Those that set its fields, and perhaps others.
    private let events: [HistoryEntry]

    /// Reads it from the state or, with `--at`, from Kafka.
    init(
        _ invocation: Invocation, _ settings: Settings, _ reader: StateReader,
        explained: Bool = false
    ) throws(CommandFailure) {
        let name = EntityName(invocation.arguments[0], invocation.arguments[1])
        self.name = name
        at = try invocation.pointInTime("--at")
        let found = try StateCommands.stored { () throws(StoreError) in
            try reader.state(name.entity, name.id)
        }
        guard let found else { throw try StateCommands.unknown(name.entity, name.id, reader) }
        if let at {
            let past = try Self.past(name, at, invocation, settings, reader)
            (state, events) = (past.state, past.events)
        } else {
            state = found
            events = try StateCommands.stored { () throws(StoreError) in
                explained ? try reader.setters(of: found, name.entity, name.id) : []
            }
        }
    }

    private static func past(
        _ name: EntityName, _ at: PointInTime, _ invocation: Invocation, _ settings: Settings,
        _ reader: StateReader
    ) throws(CommandFailure) -> (state: EntityState, events: [HistoryEntry]) {
        var limits = PastReader.Limits(settings.query)
        limits.time = max(limits.time, patience)
        let log = Log(invocation.command.name, settings.log)
        let past = PastReader(settings.kafka, settings.catalogue, limits, log: log)
        defer { past.close() }
        do {
            let events = try past.events(of: name, by: at.instant, in: reader)
            return (try past.state(of: events), events.all)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// As of when it is; nothing where that is now.
    var heading: String { at.map { "as of \($0)\n\n" } ?? "" }

    /// For each field the event that set it.
    var explanation: Explanation { Explanation(state, events: events) }

    /// The line of an export.
    var exportLine: String {
        String(decoding: state.exportLine(name.entity, name.id), as: UTF8.self) + "\n"
    }

    /// The same object as over HTTP.
    func document(explained: Bool) -> String {
        var writer = JSONWriter()
        EntityDocument(name, state, at: at, explanation: explained ? explanation : nil)
            .write(to: &writer)
        writer.newline()
        return writer.text
    }
}

extension CommandFailure {
    /// What stood in the way of the past.
    fileprivate init(_ failure: PastFailure) {
        let code: ExitCode =
            switch failure {
            case .unknown, .notYet: .negative
            case .taken, .replaced, .missing, .unreadable, .tooMany, .long, .store: .data
            case .late, .kafka, .stopping: .unavailable
            }
        self.init(code, "\(failure)")
    }
}
