import Events
import HTTPClient
import Store
import Threads

/// `dev --demo`: posts the four documented webhooks, follows each to the state, and shows it.
final class DevDemo: Part {
    /// How long a webhook may take from the post to the state.
    private static let limit = Duration.seconds(30)

    let name = "demo"
    let stopLimit = Duration.seconds(1)
    private let url: String
    private let key: String
    private let stateFolder: String
    private let printer: DevPrinter
    private let webhooks: [DemoWebhook]
    private let progress = Monitor(Progress())

    private struct Progress {
        var outcomes: [String: String] = [:]
        var isStopped = false
    }

    init(url: String, key: String, stateFolder: String, printer: DevPrinter) {
        self.url = url
        self.key = key
        self.stateFolder = stateFolder
        self.printer = printer
        webhooks = DemoWebhook.all(at: .now())
    }

    /// The consumer has had this event.
    func applied(eventID: String, outcome: String) {
        progress.update { $0.outcomes[eventID] = outcome }
    }

    func run() throws {
        let client = HTTPClient(timeout: Self.limit)
        for (index, webhook) in webhooks.enumerated() {
            printer.say("\n\(index + 1)/\(webhooks.count) \(webhook.type)", .heading)
            try follow(webhook, client)
        }
        try showState()
        printer.say("\nAll \(webhooks.count) were acknowledged, published and applied.", .good)
    }

    func stop() {
        progress.update { $0.isStopped = true }
    }

    private func follow(_ webhook: DemoWebhook, _ client: HTTPClient) throws {
        let start = ContinuousClock.now
        let reply = try client.post(
            url, headers: [("Content-Type", "application/json"), ("X-Api-Key", key)],
            body: webhook.body)
        let answered = ContinuousClock.now - start
        guard reply.status == 200 else {
            throw DemoFailure.refused(type: webhook.type, status: reply.status, text: reply.text)
        }
        let outcome: String?? = progress.wait(upTo: Self.limit) { progress in
            if let outcome = progress.outcomes[webhook.eventID] { return .some(outcome) }
            return progress.isStopped ? .some(nil) : nil
        }
        guard let outcome, let outcome else { throw DemoFailure.notApplied(type: webhook.type) }
        guard outcome != "stale" else { throw DemoFailure.stale(type: webhook.type) }
        let applied = ContinuousClock.now - start
        printer.say(
            "answered 200 after \(milliseconds(answered)), in the state after "
                + milliseconds(applied), .aside)
    }

    private func showState() throws {
        printer.say(
            "\nEach field beside the time of the event that it comes from: what a later event did "
                + "not\ncarry stays as it was.", .aside)
        let reader = try StateReader.open(StateFolder(stateFolder))
        for entity in try reader.entities() {
            let rows = try reader.rows(of: entity)
            while let listed = try rows.next() {
                printer.say("\nThe state of \(entity) \(listed.id)", .heading)
                printer.say(printer.stateText.fields(of: listed.state), .plain)
            }
        }
    }

    private func milliseconds(_ duration: Duration) -> String {
        "\(Int((duration / .milliseconds(1)).rounded())) ms"
    }
}

/// Why the demo did not come to its end.
enum DemoFailure: Error, CustomStringConvertible {
    case refused(type: String, status: Int, text: String)
    case notApplied(type: String)
    case stale(type: String)

    var description: String {
        switch self {
        case .refused(let type, let status, let text):
            "\(type) was answered with \(status): \(text)"
        case .notApplied(let type):
            "\(type) was acknowledged, but did not reach the state in time"
        case .stale(let type): "\(type) reached the state, which was newer in everything"
        }
    }
}

/// A documented webhook with an id and a time of its own.
struct DemoWebhook {
    let type: String
    let eventID: String
    let body: [UInt8]

    /// The four, each a second after the one before.
    static func all(at now: Timestamp) -> [DemoWebhook] {
        [
            ("order.submitted", PackageResources.order_submitted_json),
            ("order.updated", PackageResources.order_updated_json),
            ("order.lineItemStatusChanged", PackageResources.order_lineItemStatusChanged_json),
            ("license.created", PackageResources.license_created_json),
        ].enumerated().map { index, webhook in
            let time = Timestamp(seconds: now.seconds - 4 + Int64(index))
            return DemoWebhook(type: webhook.0, documented: webhook.1, occurredAt: time)
        }
    }

    /// The documentation prints the same id and time in all of them.
    private init(type: String, documented: [UInt8], occurredAt: Timestamp) {
        self.type = type
        var text = String(decoding: documented, as: UTF8.self)
        eventID = EventID.random().description
        text = text.replacing("b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab", with: eventID)
        text = text.replacing(
            "\"occurredAt\": \"2023-11-07T05:31:56Z\"",
            with: "\"occurredAt\": \"\(occurredAt.rfc3339)\"")
        if type == "license.created" {
            text = text.replacing(
                "\"licenseId\": \"<string>\"", with: "\"licenseId\": \"license-1\"")
        }
        body = Array(text.utf8)
    }
}
