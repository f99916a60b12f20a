package import Configuration

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

    /// Reads a section; what it lacks is as by default.
    package init(_ section: ConfigurationSection) {
        self.init()
        seed = UInt64(section.integer("seed", default: 1, range: 0...Int.max))
        let count = section.integer("events", default: 0, range: 0...Int.max)
        events = count == 0 ? nil : count
        ratePerSecond = section.number("ratePerSecond", default: 50, range: 0...1_000_000)
        connections = section.integer("connections", default: connections, range: 1...1024)
        entities = section.integer("entities", default: entities, range: 1...1_000_000)
        reorderDistance = section.integer(
            "reorderDistance", default: reorderDistance, range: 1...100_000)
        giveUpSeconds = section.integer("giveUpSeconds", default: giveUpSeconds, range: 0...86_400)
        retryShare = section.number("retryShare", default: retryShare, range: 0...1)
        reorderShare = section.number("reorderShare", default: reorderShare, range: 0...1)
        malformedShare = section.number("malformedShare", default: 0, range: 0...1)
        unknownTypeShare = section.number("unknownTypeShare", default: 0, range: 0...1)
        missingKeyShare = section.number("missingKeyShare", default: 0, range: 0...1)
        conflictShare = section.number("conflictShare", default: 0, range: 0...1)
    }

    /// Some of every fault, for a look at quarantine and refusals.
    package mutating func addFaults() {
        malformedShare = 0.01
        unknownTypeShare = 0.01
        missingKeyShare = 0.01
        conflictShare = 0.01
    }
}
