import Events
import Files
import Glibc
import Testing

@testable import Journal

struct JournalStateTests {
    private static let page = 4096

    /// A state whose segment and the one after it have room for so many pages.
    private func state(
        here: Int, following: Int?, of total: Int = 64, maxIds: Int = 1000
    ) -> JournalState {
        var configuration = JournalConfiguration()
        configuration.dedup.maxIds = maxIds
        configuration.segmentBytes = total * Self.page
        configuration.batchBytes = 8 * Self.page
        return JournalState(
            index: DedupIndex(configuration.dedup, next: 1),
            published: PublishPosition(through: 0),
            segments: [segment(1, total - here, total)],
            following: following.map { segment(2, 0, $0) }, configuration: configuration, at: .now()
        )
    }

    private func segment(_ number: UInt64, _ used: Int, _ prepared: Int) -> Segment {
        Segment(
            number: number, first: 1, used: used * Self.page, prepared: prepared * Self.page,
            newest: 0, file: try? MemoryDisk(seed: 1).open("segment", .create))
    }

    private func take(
        _ state: inout JournalState, _ number: Int, pages: Int
    ) -> Result<AppendReceipt, AppendRefusal>? {
        let body = Sample.body(number, bytes: pages * Self.page - 600)
        let entry = Sample.event(number, body: body)
        return state.take(
            entry, DedupKey(entry), body: body.span,
            length: RecordFormat.length(of: entry, bodyBytes: body.count), at: .now(),
            completion: { _ in })
    }

    /// The segment that the next batch goes to; nil where the writer waits.
    private func place(_ state: inout JournalState) -> UInt64? {
        guard case .write(let place) = state.work() else { return nil }
        return place.segment.number
    }

    private func isIdle(_ state: inout JournalState) -> Bool {
        guard case .none = state.work() else { return false }
        return true
    }

    @Test func `a batch goes here where it fits, and else to the next segment`() {
        var state = state(here: 3, following: 64)
        #expect(isIdle(&state))
        _ = take(&state, 1, pages: 2)
        #expect(place(&state) == 1)
        var batch = OpenBatch.none
        state.exchange(&batch)
        #expect(batch.count == 1)
        _ = take(&state, 2, pages: 2)
        #expect(state.segments.count == 1)
        batch.clear()
        state.exchange(&batch)
        #expect(place(&state) == 2)
        #expect(state.segments.map(\.first) == [1, 2])
        #expect(state.following == nil)
        #expect(state.wanted?.number == 3)
    }

    @Test func `after an error of the helper nothing that was written is promised`() {
        var state = state(here: 3, following: 64)
        _ = take(&state, 1, pages: 2)
        guard case .write(let place) = state.work() else {
            Issue.record("there is room")
            return
        }
        var batch = OpenBatch.none
        state.exchange(&batch)
        let error = JournalError.file(.failed(.sync, path: "segment", code: EIO))
        state.failure = error
        #expect(throws: error) { try state.wrote(batch, at: place, now: 0) }
        #expect(state.durable == 0)
    }

    @Test func `without room the writer waits for the helper`() {
        var state = state(here: 1, following: 1)
        _ = take(&state, 1, pages: 2)
        #expect(place(&state) == nil)
        state.following?.prepared = 64 * Self.page
        #expect(place(&state) == 2)
    }

    @Test func `the next segment is prepared in step with this one`() {
        var configuration = JournalConfiguration()
        configuration.segmentBytes = 64 << 20
        func state(used: Int, prepared: Int, following: Int?) -> JournalState {
            JournalState(
                index: DedupIndex(DedupConfiguration(), next: 1),
                published: PublishPosition(through: 0),
                segments: [
                    Segment(
                        number: 1, first: 1, used: used << 20, prepared: prepared << 20, newest: 0)
                ],
                following: following.map {
                    Segment(number: 2, first: 1, used: 0, prepared: $0 << 20, newest: 0)
                }, configuration: configuration, at: .now())
        }
        #expect(state(used: 0, prepared: 1, following: nil).wanted?.number == 1)
        #expect(state(used: 0, prepared: 8, following: nil).wanted == nil)
        #expect(state(used: 5, prepared: 8, following: nil).wanted?.number == 1)
        #expect(state(used: 5, prepared: 64, following: nil).wanted?.number == 2)
        #expect(state(used: 0, prepared: 64, following: 8).wanted == nil)
        #expect(state(used: 5, prepared: 64, following: 8).wanted?.number == 2)
        #expect(state(used: 40, prepared: 64, following: 64).wanted == nil)
    }

    @Test func `whoever waits for room asks for it once, and again for more`() {
        var state = state(here: 1, following: nil)
        var asked: [Bool] = []
        func ask() {
            guard case .prepare = state.work() else { return asked.append(false) }
            asked.append(true)
        }
        _ = take(&state, 1, pages: 2)
        ask()
        ask()
        _ = take(&state, 2, pages: 2)
        ask()
        ask()
        #expect(asked == [true, false, true, false])
    }

    @Test func `without space what waits is refused, and forgotten`() {
        var state = state(here: 1, following: nil)
        _ = take(&state, 1, pages: 2)
        state.outOfSpace = .full
        guard case .refuse(let waiters, .noSpace) = state.work() else {
            Issue.record("not refused")
            return
        }
        #expect(waiters.count == 1)
        #expect(state.index.next == 1)
        #expect(isIdle(&state))
        #expect(take(&state, 1, pages: 2) == .failure(.noSpace))
        // What still fits is taken.
        #expect(take(&state, 2, pages: 1) == nil)
        #expect(place(&state) == 1)
    }

    @Test func `records that are refused leave no gap, though they are more than the ids kept`() {
        var state = state(here: 64, following: nil, maxIds: 2)
        for number in 1...4 { _ = take(&state, number, pages: 1) }
        #expect(place(&state) == 1)
        var batch = OpenBatch.none
        state.exchange(&batch)
        for number in 5...8 { _ = take(&state, number, pages: 1) }
        // Neither the batch that is being written nor the one that waits may lose an id.
        for number in [1, 4, 5, 8] { #expect(take(&state, number, pages: 1) == nil) }
        #expect(state.index.next == 9)

        state.outOfSpace = .full
        state.segments[0].prepared = state.segments[0].used
        guard case .refuse(let waiters, .noSpace) = state.work() else {
            Issue.record("there is no room")
            return
        }
        #expect(waiters.count == 6)
        #expect(state.index.next == 5)
        let receipt = take(&state, 9, pages: 1)
        #expect(receipt == .failure(.noSpace))
    }

    @Test func `more than a batch is refused`() {
        var state = state(here: 64, following: nil)
        #expect(take(&state, 1, pages: 5) == nil)
        #expect(take(&state, 2, pages: 5) == .failure(.full))
        #expect(take(&state, 3, pages: 2) == nil)
    }

    @Test func `what is unpublished is counted by its share`() {
        var state = state(here: 0, following: nil)
        state.segments = [segment(1, 64, 64), segment(2, 64, 64)]
        state.segments[1].first = 101
        #expect(state.unpublishedBytes == 128 * Self.page)
        state.published = PublishPosition(through: 50)
        #expect(state.unpublishedBytes == 96 * Self.page)
        state.published = PublishPosition(through: 100)
        #expect(state.unpublishedBytes == 64 * Self.page)
    }

    @Test func `only the oldest segment goes, and only when nobody reads it`() {
        var state = state(here: 0, following: nil)
        state.segments = [segment(1, 64, 64), segment(2, 64, 64)]
        state.hold(1)
        state.hold(1)
        var gone = [state.giveUp(1)]
        state.letGo(1)
        gone.append(state.giveUp(1))
        state.letGo(1)
        gone += [state.giveUp(2), state.giveUp(1), state.giveUp(2)]
        #expect(gone.map { $0?.number } == [nil, nil, nil, 1, nil])
        if let given = gone[3] { state.takeBack(given) }
        #expect(state.segments.map(\.number) == [1, 2])
    }
}
