import Events
import HTTP
import Kafka
import Query
import Store

/// What `dev` prints first: where everything is, and a line to paste.
struct DevBanner {
    let url: String
    let key: String
    let settings: Settings
    let managementPort: Int
    let queryPort: Int?
    let isDemo: Bool

    func text(_ paint: Paint) -> String {
        let health = "http://\(settings.management.host):\(managementPort)"
        var text = paint.bold("Hookline") + " with a Kafka in memory; nothing is kept\n\n"
        let questions = queryPort.map { "http://\(settings.query.host):\($0)/entities/order" }
        for (name, value) in [
            ("webhooks", url), ("key", key), ("health", health + "/readyz"),
            ("metrics", health + "/metrics"), ("kafka", settings.kafka.bootstrapServers),
            ("state", settings.state.folder), ("orders", questions ?? "query.enabled is false"),
        ] {
            text += "  " + name + String(repeating: " ", count: 10 - name.count) + value + "\n"
        }
        guard !isDemo else { return text }
        return text + "\n" + paint.bold("Post a webhook") + "\n\n" + curl + "\n\n"
            + paint.bold("Or many") + "\n\n  hookline simulate --key \(key) --url \(url)\n\n"
            + paint.bold("Look at the state") + "\n\n  hookline state list order --set "
            + "state.folder=\(settings.state.folder)\n\n"
            + paint.dim("Ctrl-C ends it.") + "\n\n"
    }

    /// A line to paste, once: a second time it is the same event, and "seen before".
    private var curl: String {
        let id = EventID.random()
        let now = Timestamp(seconds: Timestamp.now().seconds).rfc3339
        let body =
            #"{"eventId":"\#(id)","type":"order.updated","occurredAt":"\#(now)","#
            + #""data":{"orderId":"order-1","state":"PROCESSING"}}"#
        return "  curl -sS \(url) \\\n    -H 'X-Api-Key: \(key)' "
            + "-H 'Content-Type: application/json' \\\n    -d '\(body)'"
    }
}

extension EventID {
    /// A random UUID of version 4.
    static func random() -> EventID {
        let high = UInt64.random(in: 0 ... .max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0 ... .max) >> 2 | 1 << 63
        return EventID(high: high, low: low)
    }
}
