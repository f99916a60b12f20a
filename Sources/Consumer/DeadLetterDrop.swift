package import Store
internal import Threads

/// Which dead letters are set aside, and why.
package struct DropOrder: Equatable, Sendable {
    /// Which are meant.
    package let selection: DeadLetterSelection
    /// Why, in one line.
    package let why: String

    /// Orders it.
    package init(_ selection: DeadLetterSelection, because why: String) {
        self.selection = selection
        self.why = why
    }
}

// As text, the reason and then the selection: how a request carries it.
extension DropOrder: LosslessStringConvertible {
    /// Its lines.
    package var description: String { "\(why)\n\(selection)" }

    /// Reads the lines; nil where one says nothing that is known.
    package init?(_ text: String) {
        guard let end = text.firstIndex(of: "\n"),
            let selection = DeadLetterSelection(String(text[text.index(after: end)...]))
        else { return nil }
        self.init(selection, because: String(text[..<end]))
    }
}

/// Sets dead letters aside, so many in a transaction: each is remembered and counted no more.
package final class DeadLetterDrop {
    private static let letters = 500
    /// How long a step goes on with the next ones.
    private static let stepNanoseconds: UInt64 = 100_000_000

    private let store: StateStore
    private let order: DropOrder
    private let last: Int64
    private var cursor: Int64 = 0
    /// How many were set aside.
    package private(set) var count = 0

    /// Prepares to set aside what there is now; letters that come in later are left.
    package init(_ store: StateStore, _ order: DropOrder) throws(StoreError) {
        self.store = store
        self.order = order
        last = try store.lastDeadLetter()
    }

    /// Sets the next letters aside, for a tenth of a second or so; false where none is left.
    package func step() throws(StoreError) -> Bool {
        let begin = MonotonicClock.now()
        while MonotonicClock.now() - begin < Self.stepNanoseconds {
            try store.begin()
            let done: (cursor: Int64, count: Int)?
            do {
                done = try store.dropDeadLetters(
                    order.selection, because: order.why, after: cursor, upTo: last,
                    limit: Self.letters)
            } catch {
                store.rollBack()
                throw error
            }
            try store.commit()
            guard let done else { return false }
            cursor = done.cursor
            count += done.count
        }
        return true
    }
}
