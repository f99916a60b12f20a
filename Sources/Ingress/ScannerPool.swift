internal import Events
internal import JSON
internal import Synchronization

/// As many scanners as threads serve connections, so that each finds one free.
final class ScannerPool: Sendable {
    private final class Slot: Sendable {
        let scanner: Mutex<EventScanner>

        init(_ catalogue: Catalogue, _ futureLimit: Duration) {
            scanner = Mutex(EventScanner(catalogue: catalogue, futureLimit: futureLimit))
        }
    }

    private let slots: [Slot]

    init(_ count: Int, catalogue: Catalogue, futureLimit: Duration) {
        slots = (0..<count).map { _ in Slot(catalogue, futureLimit) }
    }

    /// Scans the body with a scanner that nobody else uses meanwhile.
    func scan(_ body: borrowing PaddedBytes, receivedAt: Timestamp) -> ScanResult {
        for slot in slots {
            let result = slot.scanner.withLockIfAvailable { scanner in
                scanner.scan(body, receivedAt: receivedAt)
            }
            if let result { return result }
        }
        // More threads than scanners: wait for the first.
        return slots[0].scanner.withLock { $0.scan(body, receivedAt: receivedAt) }
    }
}
