internal import Events
internal import Kafka
internal import Store
internal import Telemetry

// Requests of commands, and the end of a run that another generation goes on from.
extension ConsumeRun {
    /// A request that is to be carried out now; it cannot be withdrawn any more.
    func takeRequest() throws(ConsumerError) -> StateRequest? {
        guard schedule.isRequestDue() else { return nil }
        do {
            guard let request = try store.nextRequest() else { return nil }
            if request.expires < Timestamp.now().seconds {
                try store.answer(request, .refused("it came too late: nobody waits for it"))
                return nil
            }
            return try store.begin(request) ? request : nil
        } catch {
            throw .store(error)
        }
    }

    /// Answers a request.
    func answer(
        _ request: StateRequest, _ answer: StateRequest.Answer
    ) throws(ConsumerError) {
        do {
            try store.answer(request, answer)
        } catch {
            throw .store(error)
        }
    }

    /// Begins to look at dead letters again; `retryOn` goes on with it.
    func beginRetry(
        _ request: StateRequest, _ parts: ConsumeLoop.Parts
    ) throws(ConsumerError) {
        guard let selection = DeadLetterSelection(request.argument) else {
            return try answer(
                request, .refused("the running consume does not understand it: restart it"))
        }
        let judge = DeadLetterJudge(catalogue: parts.catalogue, kafka: parts.kafka, log: log)
        do {
            retry = (request, try DeadLetterRetry(store, selection, judge))
        } catch {
            throw .store(error)
        }
    }

    /// Looks at the next dead letters of a retry; false where there is none.
    func retryOn() throws(ConsumerError) -> Bool {
        guard let retry else { return false }
        let before = retry.work.summary.applied
        defer {
            for (outcome, count) in retry.work.summary.applied {
                metrics.outcomes[outcome]?.add(count - (before[outcome] ?? 0))
            }
        }
        do {
            if try retry.work.step() { return true }
            metrics.hold(try store.deadLetterCounts())
        } catch {
            throw .store(error)
        }
        self.retry = nil
        try answer(retry.request, .done("\(retry.work.summary)"))
        return true
    }

    /// How far the store has come, with what was not saved yet.
    func saved() throws(ConsumerError) -> [PartitionProgress] {
        try saveOffsets()
        do {
            return try store.progress()
        } catch {
            throw .store(error)
        }
    }

    /// Reads no more, and gives the run that goes on with another store from its own offsets.
    func handOver(
        to next: StateStore, _ parts: ConsumeLoop.Parts
    ) throws(ConsumerError) -> ConsumeRun {
        do {
            // Those that have stopped are not assigned any more.
            try consumer.unassignAll()
        } catch {
            throw .kafka(error)
        }
        board.forgetPartitions()
        do {
            return try ConsumeRun(parts, store: next, consumer: consumer)
        } catch {
            throw .store(error)
        }
    }
}
