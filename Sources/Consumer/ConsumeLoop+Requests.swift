internal import Events
package import Store
internal import Synchronization
internal import Telemetry

extension StateRequest {
    /// Asks for another generation to become the live one; the argument is its name.
    package static let swap = "swap"
    /// Asks for dead letters to be looked at again; the argument is a `DeadLetterSelection`, the
    /// answer a `RetrySummary`.
    package static let retryDeadLetters = "retry dead letters"
    /// Asks for dead letters to be set aside; the argument is a `DropOrder`, the answer how many
    /// were.
    package static let dropDeadLetters = "drop dead letters"
}

// What commands ask of the process that keeps the live state, between two batches.
extension ConsumeLoop {
    /// Looks for a request and carries it out; gives the run to go on with where that is another.
    func carryOutRequest(_ run: ConsumeRun) throws(ConsumerError) -> ConsumeRun? {
        guard try !run.retryOn(), try !run.dropOn(), let request = try run.takeRequest() else {
            return nil
        }
        log.info("a command asks for something", ["what": .string(request.kind)])
        switch request.kind {
        case StateRequest.swap: return try swap(request, run)
        case StateRequest.retryDeadLetters: try run.beginRetry(request, parts)
        case StateRequest.dropDeadLetters: try run.beginDrop(request)
        default:
            try run.answer(
                request, .refused("the running consume does not know \(request.kind): restart it"))
        }
        return nil
    }

    private func swap(
        _ request: StateRequest, _ run: ConsumeRun
    ) throws(ConsumerError) -> ConsumeRun? {
        guard let swap = parts.swap else {
            try run.answer(request, .refused("this consume keeps its state nowhere"))
            return nil
        }
        let saved = try run.saved()
        let next: StateStore
        do {
            var hooks = CatchUp.Hooks()
            hooks.check = { [self] () throws(ConsumerError) in
                if isStopping.load(ordering: .relaxed) { throw .interrupted }
            }
            next = try swap.perform(
                request.argument, after: saved, with: run.store.lock, hooks: hooks)
        } catch {
            log.warning("the generation is not made the live one", ["why": .string("\(error)")])
            try run.answer(request, .refused("\(error)"))
            return nil
        }
        log.info("another generation is live", ["generation": .string(request.argument)])
        let fresh = try run.handOver(to: next, parts)
        try run.answer(request, .done(request.argument))
        return fresh
    }
}
