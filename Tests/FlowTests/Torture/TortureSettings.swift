import Support

/// How long, how hard and with which seed a torture run goes.
struct TortureSettings: Sendable {
    /// How long events are sent and faults happen; settling and checks come after it.
    var minutes = 1
    /// Everything random follows from it.
    var seed = 5
    /// Kafka nodes: 1, or a cluster of 3.
    var nodes = 1
    /// `publisher.delivery`.
    var delivery = "idempotent"
    /// Requests a second, by the clock and not by the answers.
    var perSecond = 250

    /// What the environment says (`TORTURE_...`), for the rest one minute over one node.
    static let fromEnvironment: TortureSettings = {
        var settings = TortureSettings()
        func number(_ name: String, _ fallback: Int) -> Int {
            Environment["TORTURE_\(name)"].flatMap { Int($0) } ?? fallback
        }
        settings.minutes = number("MINUTES", settings.minutes)
        settings.seed = number("SEED", settings.seed)
        settings.nodes = number("NODES", settings.nodes)
        settings.perSecond = number("RATE", settings.perSecond)
        settings.delivery = Environment["TORTURE_DELIVERY"] ?? settings.delivery
        return settings
    }()

    /// Whether a record must be in its topic once, and not only at least once.
    var isExactlyOnce: Bool { delivery == "exactly-once" }

    /// How many different events are sent.
    var events: Int { minutes * 60 * perSecond }
}
