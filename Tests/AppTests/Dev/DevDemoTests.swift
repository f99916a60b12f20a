import Events
import JSON
import Testing

@testable import App

struct DevDemoTests {
    @Test func `the four webhooks are right, each with an id and a time of its own`() throws {
        let webhooks = DemoWebhook.all(at: Timestamp(seconds: 1_767_225_600))
        let scanner = EventScanner(catalogue: .shipped, futureLimit: .seconds(60))
        var ids: Set<String> = []
        var times: Set<String> = []
        for webhook in webhooks {
            let result = scanner.scan(
                PaddedBytes(webhook.body), receivedAt: Timestamp(seconds: 1_767_225_600))
            guard case .event(let event) = result else {
                Issue.record("\(webhook.type) is no event: \(result)")
                continue
            }
            #expect(event.type == webhook.type)
            #expect(event.eventIDText == webhook.eventID)
            ids.insert(event.eventIDText)
            times.insert(event.occurredAtText)
        }
        #expect(ids.count == 4)
        #expect(times.count == 4)
    }
}
