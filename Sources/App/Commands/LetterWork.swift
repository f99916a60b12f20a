import Store
import Threads

/// Work on dead letters that only the process that writes the state can do: the running `consume`
/// if there is one, else this one.
enum LetterWork {
    /// How long the running consume may take.
    private static let limits = StateRequests.Limits(begin: 30, done: 600)
    private static let look = Duration.milliseconds(100)

    /// Does the work here, or has it done; `answer` reads what consume answers.
    static func run<R>(
        _ kind: String, _ argument: String, _ settings: Settings, answer: (String) -> R?,
        here: (StateStore) throws(StoreError) -> R
    ) throws(CommandFailure) -> R {
        let folder = StateFolder(settings.state.folder)
        let done = try StateCommands.stored { () throws(StoreError) -> R? in
            guard try folder.currentDatabase() != nil else { throw .noState(folder: folder.path) }
            do throws(StoreError) {
                return try here(
                    StateStore.open(folder, .init(settings.state, settings.catalogue)))
            } catch {
                guard case .locked = error else { throw error }
                return nil
            }
        }
        if let done { return done }
        let text = try ask(kind, argument, folder)
        guard let result = answer(text) else {
            throw CommandFailure(.software, "consume answered \"\(text)\", which is no answer")
        }
        return result
    }

    private static func ask(
        _ kind: String, _ argument: String, _ folder: StateFolder
    ) throws(CommandFailure) -> String {
        let never = Monitor(false)
        let answer = try StateCommands.stored { () throws(StoreError) in
            try StateRequests(folder).ask(kind, argument, limits) {
                never.wait(upTo: look) { $0 ? true : nil } == nil
            }
        }
        switch answer {
        case .done(let text): return text
        case .refused(let why): throw CommandFailure(.temporary, why)
        case nil:
            throw CommandFailure(
                .temporary, "the running consume did not answer in time: see its log")
        }
    }
}
