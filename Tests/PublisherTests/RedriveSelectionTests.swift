import Events
import Publisher
import Testing

@Suite struct RedriveSelectionTests {
    private let record: QuarantinedRecord = {
        var record = QuarantinedRecord(
            place: QuarantinePlace(partition: 1, offset: 5), reason: "type")
        record.type = "order.shipped"
        record.receivedAt = "2026-03-01T10:00:00.5Z"
        return record
    }()

    private func takes(
        _ record: QuarantinedRecord? = nil, _ change: (inout RedriveSelection) -> Void
    ) -> Bool {
        var selection = RedriveSelection()
        change(&selection)
        return selection.takes(record ?? self.record)
    }

    @Test func `without a filter all are meant, but what was redriven`() {
        #expect(takes { _ in })
        var gone = record
        gone.redrivenTo = "telness.order.shipped"
        #expect(!takes(gone) { _ in })
        #expect(!takes(gone) { $0.places = [gone.place] })
    }

    @Test func `every kind of filter must let a record through, one of a kind is enough`() {
        #expect(takes { $0.reasons = [.key, .type] })
        #expect(!takes { $0.reasons = [.key] })
        #expect(takes { $0.types = ["order.shipped", "other"] })
        #expect(!takes { $0.types = ["other"] })
        #expect(takes { $0.places = [QuarantinePlace(partition: 1, offset: 5)] })
        #expect(!takes { $0.places = [QuarantinePlace(partition: 5, offset: 1)] })
        #expect(
            !takes {
                $0.reasons = [.type]
                $0.types = ["other"]
            })
    }

    @Test func `since is included, until is not`() {
        let received = Timestamp(rfc3339: "2026-03-01T11:00:00.5+01:00")
        #expect(takes { $0.since = received })
        #expect(!takes { $0.until = received })
        #expect(takes { $0.until = received?.adding(seconds: 1) })
        #expect(!takes { $0.since = received?.adding(seconds: 1) })
    }

    @Test func `what does not say its type or time passes no filter by them`() {
        let bare = QuarantinedRecord(place: record.place, reason: "envelope")
        #expect(takes(bare) { $0.reasons = [.envelope] })
        #expect(!takes(bare) { $0.types = ["order.shipped"] })
        #expect(!takes(bare) { $0.since = Timestamp(seconds: 0) })
    }
}
