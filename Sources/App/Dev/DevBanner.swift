import Events
import HTTP
import Ingress
import Kafka
import Query
import Store

/// The first lines of `dev`: where everything is, and commands to paste.
struct DevBanner {
    /// The ports that the listeners were given.
    struct Ports {
        let ingress: Int
        let management: Int
        /// The port for questions; nil if `query.enabled` is false.
        let query: Int?
    }

    let settings: Settings
    let key: String
    let ports: Ports
    let isDemo: Bool

    func text(_ paint: Paint) -> String {
        let management = settings.management.shownURL(port: ports.management)
        var text = paint.bold("Hookline") + " with a Kafka in memory; nothing is kept\n\n"
        for (name, value) in [
            ("webhooks", webhooks), ("key", key), ("health", management + "/readyz"),
            ("metrics", management + "/metrics"), ("kafka", settings.kafka.bootstrapServers),
            ("state", settings.state.folder), ("orders", orders ?? "query.enabled is false"),
        ] {
            text += "  " + name + String(repeating: " ", count: 10 - name.count) + value + "\n"
        }
        guard !isDemo else { return text }
        return text + "\n" + paint.bold("Post a webhook") + "\n\n" + post + "\n\n"
            + paint.bold(isOnLoopback ? "Or many" : "Or many, from this machine or container")
            + "\n\n  hookline simulate --key \(key) --url \(webhooks)\n\n"
            + paint.bold("Look at the state") + "\n\n" + look + "\n\n"
            + paint.dim("Ctrl-C ends it.") + "\n\n"
    }

    private var webhooks: String {
        settings.ingress.listener.shownURL(port: ports.ingress) + settings.ingress.path
    }

    private var orders: String? {
        ports.query.map { settings.query.listener.shownURL(port: $0) + "/entities/order" }
    }

    private var isOnLoopback: Bool { settings.ingress.listener.isLoopback }

    /// A webhook to paste, once: the second time it is the same event, and "seen before".
    private var post: String {
        let id = EventID.random()
        let now = Timestamp(seconds: Timestamp.now().seconds).rfc3339
        let body =
            #"{"eventId":"\#(id)","type":"order.updated","occurredAt":"\#(now)","#
            + #""data":{"orderId":"order-1","state":"PROCESSING"}}"#
        return "  curl -sS \(webhooks) \\\n    -H 'X-Api-Key: \(key)' "
            + "-H 'Content-Type: application/json' \\\n    -d '\(body)'"
    }

    /// A question about the state, which works from outside a container too.
    private var look: String {
        guard let orders else {
            return "  hookline state list order --set state.folder=\(settings.state.folder)"
        }
        let key = settings.query.needsKey ? " -H 'X-Api-Key: \(key)'" : ""
        return "  curl -sS \(orders)\(key)"
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
