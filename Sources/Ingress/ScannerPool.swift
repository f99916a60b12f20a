internal import Events
internal import JSON
internal import Synchronization
internal import Threads

/// As many scanners as threads serve connections, so that each finds one free.
final class ScannerPool: Sendable {
    private final class Slot: Sendable {
        let scanner: Monitor<EventScanner>
        private let isTaken = Atomic<Bool>(false)

        init(_ catalogue: Catalogue, _ futureLimit: Duration) {
            scanner = Monitor(EventScanner(catalogue: catalogue, futureLimit: futureLimit))
        }

        func take() -> Bool {
            !isTaken.exchange(true, ordering: .acquiring)
        }

        func giveBack() {
            isTaken.store(false, ordering: .releasing)
        }
    }

    private let slots: [Slot]

    init(_ count: Int, catalogue: Catalogue, futureLimit: Duration) {
        slots = (0..<count).map { _ in Slot(catalogue, futureLimit) }
    }

    /// Scans the body with a scanner that nobody else uses meanwhile.
    func scan(_ body: borrowing PaddedBytes, receivedAt: Timestamp) -> ScanResult {
        for slot in slots where slot.take() {
            defer { slot.giveBack() }
            return slot.scanner.withLock { $0.scan(body, receivedAt: receivedAt) }
        }
        // More threads than scanners: wait for the first.
        return slots[0].scanner.withLock { $0.scan(body, receivedAt: receivedAt) }
    }
}
