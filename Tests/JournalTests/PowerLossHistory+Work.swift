import Events
import Files
import Support
import Threads

@testable import Journal

/// What comes in and what goes out.
extension PowerLossHistory {
    /// How one webhook was answered.
    private final class Call: @unchecked Sendable {
        // Safe because: a history is one thread.
        var isAppending = true
        var answer: Result<AppendReceipt, AppendRefusal>?
        /// The record that it became; nil for another copy.
        var sequence: UInt64?
    }

    // MARK: - Webhooks

    func append(_ chosen: PowerLossLedger.Webhook? = nil) {
        guard let writer else { return }
        let webhook = chosen ?? nextWebhook()
        let expected = ledger.expected(webhook)
        let call = Call()
        let next = writer.state.withLock { $0.index.next }
        writer.append(
            webhook.entry, body: webhook.body.span, monotonic: now.monotonic
        ) { [unowned self] result in
            call.answer = result
            if !call.isAppending { answered(call, webhook) }
        }
        call.isAppending = false
        let (isNew, capped) = writer.state.withLock { ($0.index.next > next, $0.capped) }
        if capped > 0 { tally.add("ids that are not kept") }
        say("append \(webhook.body.count): \(expected)")
        switch (call.answer, expected) {
        case (.success, .copy), (.success, .either):
            tally.add("duplicates")
            answered(call, webhook)
        case (.success(let receipt), .new):
            broken = broken ?? BrokenPromise("\(receipt) of a new webhook")
        case (.failure(let refusal), _): tally.add("refused: \(refusal)")
        case (nil, .copy): tally.add("duplicates that wait")
        case (nil, .either) where !isNew: tally.add("duplicates that wait")
        case (nil, .either): call.sequence = ledger.append(webhook, kind: nil)
        case (nil, .new(let kind)):
            if kind == .quarantined(.conflict) { tally.add("conflicts") }
            call.sequence = ledger.append(webhook, kind: kind)
        }
    }

    private func answered(_ call: Call, _ webhook: PowerLossLedger.Webhook) {
        do throws(BrokenPromise) {
            switch call.answer {
            case .success(let receipt):
                guard call.sequence ?? receipt.position == receipt.position,
                    receipt.duplicate == (call.sequence == nil)
                else {
                    throw BrokenPromise("\(receipt), not record \(call.sequence ?? 0)")
                }
                try ledger.promise(receipt, webhook)
                tally.add("acknowledged")
            case .failure(let refusal):
                say("refused: \(refusal)")
                tally.add("refused: \(refusal)")
                // After a failed sync a record may be there or not; else it never was.
                if let sequence = call.sequence, refusal != .failed {
                    ledger.takeBack(from: sequence)
                }
            case nil: break
            }
        } catch {
            broken = broken ?? error
        }
    }

    private func nextWebhook() -> PowerLossLedger.Webhook {
        let choice = Int.random(in: 0..<100, using: &random)
        let often = isFlooded && choice < 45 ? webhooks.first : nil
        guard choice < 50, let earlier = often ?? earlierWebhook() else { return freshWebhook() }
        var entry = earlier.entry
        entry.receivedAt = Timestamp(seconds: seconds)
        var body = earlier.body
        switch choice {
        case ..<25 where often == nil: break
        case ..<37:
            body = self.body(Int.random(in: 0..<10_000, using: &random))
            entry.bodyHash = BodyHash(hashing: body.span)
        default: entry.type = "order.updated"
        }
        return PowerLossLedger.Webhook(entry: entry, body: body)
    }

    /// Mostly one of the last ones.
    private func earlierWebhook() -> PowerLossLedger.Webhook? {
        guard !webhooks.isEmpty else { return nil }
        let back = chance(3, in: 4) ? min(webhooks.count, 12) : webhooks.count
        return webhooks[webhooks.count - Int.random(in: 1...back, using: &random)]
    }

    func freshWebhook() -> PowerLossLedger.Webhook {
        let number = webhooks.count + 100_000
        let body = body(number)
        let isEvent = chance(4, in: 5)
        let webhook = PowerLossLedger.Webhook(
            entry: isEvent
                ? Sample.event(
                    number, type: "order.submitted", body: body,
                    receivedAt: Timestamp(seconds: seconds))
                : JournalEntry(
                    kind: .quarantined(.envelope), receivedAt: Timestamp(seconds: seconds),
                    bodyHash: BodyHash(hashing: body.span), apiKeyName: "main"),
            body: body)
        webhooks.append(webhook)
        return webhook
    }

    private func body(_ number: Int) -> [UInt8] {
        let bytes = chance(1, in: 6) ? 6500 : 400
        return Sample.body(number, bytes: Int.random(in: 30...bytes, using: &random))
    }

    // MARK: - The publisher

    /// Reads a few records, and may record how far it is.
    func publish() {
        guard let writer, atWork.insert("publisher").inserted else { return }
        defer { atWork.remove("publisher") }
        do {
            let reader = try reader ?? writer.reader(after: lastRead)
            self.reader = reader
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                guard let record = try reader.next() else { break }
                guard record.sequence == lastRead + 1 else {
                    throw BrokenPromise("read \(record.sequence) after \(lastRead)")
                }
                try ledger.check(record)
                lastRead = record.sequence
            }
            if chance(1, in: 5) { self.reader = nil }
        } catch let error as BrokenPromise {
            broken = broken ?? error
        } catch {
            say("reader: \(error)")
            self.reader = nil
            guard case .file(.failed) = error as? JournalError else {
                broken = broken ?? BrokenPromise("it cannot be read: \(error)")
                return
            }
        }
        guard !disk.isDown, chance(3, in: 4) else { return }
        recordPublished(writer)
    }

    private func recordPublished(_ writer: JournalWriter) {
        if chance(1, in: 10) {
            let lowest = ledger.published.lowest
            readLanes =
                readLanes.isEmpty && lowest < lastRead
                ? [PublishPosition.Lane(topic: "order.updated", first: lowest + 1)] : []
        }
        let position = PublishPosition(through: lastRead, lanes: readLanes, routes: 7)
        ledger.publish(position)
        do {
            try writer.recordPublished(position)
        } catch {
            say("published: \(error)")
        }
        say("published \(position.through), \(position.lowest)")
    }
}
