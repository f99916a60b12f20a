internal import Events
internal import Kafka
internal import Store
internal import Telemetry

// Requests of commands, and the end of a run that another generation goes on from.
extension ConsumeRun {
    /// A request that is to be carried out now; it cannot be withdrawn any more.
    func takeRequest() throws(ConsumerError) -> StateRequest? {
        guard schedule.isRequestDue() else { return nil }
        return try stored { () throws(StoreError) in
            guard let request = try store.nextRequest() else { return nil }
            if request.expires < Timestamp.now().seconds {
                try store.answer(request, .refused("it came too late: nobody waits for it"))
                return nil
            }
            return try store.begin(request) ? request : nil
        }
    }

    /// Answers a request.
    func answer(
        _ request: StateRequest, _ answer: StateRequest.Answer
    ) throws(ConsumerError) {
        try stored { () throws(StoreError) in try store.answer(request, answer) }
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
        let work = try stored { () throws(StoreError) in
            try DeadLetterRetry(store, selection, judge)
        }
        retry = (request, work)
    }

    /// Looks at the next dead letters of a retry; false where there is none.
    func retryOn() throws(ConsumerError) -> Bool {
        guard let retry else { return false }
        let before = retry.work.summary.applied
        let isMoreLeft = try stored { () throws(StoreError) in try retry.work.step() }
        for (outcome, count) in retry.work.summary.applied {
            metrics.outcomes[outcome]?.add(count - (before[outcome] ?? 0))
        }
        if isMoreLeft { return true }
        metrics.hold(try stored { () throws(StoreError) in try store.deadLetterCounts() })
        self.retry = nil
        try answer(retry.request, .done("\(retry.work.summary)"))
        return true
    }

    /// Begins to set dead letters aside; `dropOn` goes on with it.
    func beginDrop(_ request: StateRequest) throws(ConsumerError) {
        guard let order = DropOrder(request.argument) else {
            return try answer(
                request, .refused("the running consume does not understand it: restart it"))
        }
        drop = (
            request, try stored { () throws(StoreError) in try DeadLetterDrop(store, order) }
        )
    }

    /// Sets the next dead letters aside; false if none are to be.
    func dropOn() throws(ConsumerError) -> Bool {
        guard let drop else { return false }
        if try stored({ () throws(StoreError) in try drop.work.step() }) { return true }
        metrics.hold(try stored { () throws(StoreError) in try store.deadLetterCounts() })
        metrics.dropped.set(try stored { () throws(StoreError) in try store.droppedCount() })
        self.drop = nil
        try answer(drop.request, .done("\(drop.work.count)"))
        return true
    }

    /// How far the store has come, with what was not saved yet.
    func saved() throws(ConsumerError) -> [PartitionProgress] {
        try saveOffsets()
        return try stored { () throws(StoreError) in try store.progress() }
    }

    /// Reads no more, and gives the run that goes on with another store from its own offsets.
    func handOver(
        to next: StateStore, _ parts: ConsumeLoop.Parts
    ) throws(ConsumerError) -> ConsumeRun {
        // Those that have stopped are not assigned any more.
        try asked { () throws(KafkaError) in try consumer.unassignAll() }
        board.forgetPartitions()
        return try stored { () throws(StoreError) in
            try ConsumeRun(parts, store: next, consumer: consumer)
        }
    }
}
