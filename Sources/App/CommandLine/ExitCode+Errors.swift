import Consumer
import Publisher
import SQLite
import Store

// What an error means to whoever started the process: one judgement for commands and roles.
extension ExitCode {
    /// The code of an error of the state.
    init(_ error: StoreError) {
        switch error {
        case .noState, .unknownGeneration: self = .noInput
        case .locked, .replayRuns: self = .temporary
        case .files: self = .io
        case .database(let error): self.init(error)
        case .rulesChanged, .typeGone, .partOfState, .isLive, .noCurrent, .format: self = .data
        }
    }

    private init(_ error: SQLiteError) {
        switch error.kind {
        case .disk: self = .io
        case .busy: self = .temporary
        case .memory: self = .software
        case .other: self = .data
        }
    }

    /// The code of what ended a consumer or a replay.
    init(_ error: ConsumerError) {
        switch error {
        case .store(let error), .unreadable(let error): self.init(error)
        case .kafka, .partition, .stalled, .topic: self = .unavailable
        case .stopped: self = .data
        case .noRoom: self = .io
        case .memory: self = .software
        case .short, .loss, .noFormer: self = .negative
        case .unknownTopic: self = .usage
        case .hidden, .interrupted, .liveBehind, .refused, .unanswered: self = .temporary
        }
    }

    /// The code of what ended a publisher.
    init(_ error: PublisherError) {
        switch error {
        case .fenced: self = .temporary
        case .beyondJournal, .otherRecord, .unreadablePosition: self = .data
        case .routesChanged: self = .configuration
        }
    }
}

extension CommandFailure {
    /// A command that could not read or write the state.
    init(_ error: StoreError) {
        self.init(ExitCode(error), "\(error)")
    }

    /// A replay that could not do it.
    init(_ error: ConsumerError) {
        self.init(ExitCode(error), "\(error)".split(separator: "\n").map(String.init))
    }
}
