/// What is simulated: how much, how fast, how orderly.
package struct SimulatorConfiguration: Sendable {
    /// Where the numbers start: the same seed and start give the same events.
    package var seed: UInt64 = 1

    /// How many different events, or nil for no end.
    ///
    /// Retries come on top.
    package var events: Int?

    /// Requests a second; 0: as fast as they are answered.
    package var ratePerSecond = 50.0

    /// Connections that send, each one request at a time; 1 to 1,024.
    package var connections = 4

    /// Orders and licences that live at the same time; 1 to 1,000,000.
    package var entities = 200

    /// The share of events that are sent again later, 0 to 1.
    package var retryShare = 0.02

    /// The share of events that are held back until others have overtaken them, 0 to 1.
    package var reorderShare = 0.05

    /// How many requests may overtake one, and how late a retry comes, 1 to 100,000.
    package var reorderDistance = 50

    /// The share of requests whose body is cut short, 0 to 1; 400 is the right answer.
    package var malformedShare = 0.0

    /// The share of requests of a type that no catalogue has, 0 to 1.
    package var unknownTypeShare = 0.0

    /// The share of requests without a key, 0 to 1.
    package var missingKeyShare = 0.0

    /// The share of events that come again with the same id and another body, 0 to 1.
    package var conflictShare = 0.0

    /// How long one request is tried again before it counts as failed, in seconds.
    package var giveUpSeconds = 60

    /// Makes the defaults.
    package init() {}

    /// Some of every fault, for a look at quarantine and refusals.
    package mutating func addFaults() {
        malformedShare = 0.01
        unknownTypeShare = 0.01
        missingKeyShare = 0.01
        conflictShare = 0.01
    }
}
