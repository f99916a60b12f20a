import Configuration
import HTTP
import Ingress
import Query
import Testing

@testable import App

struct DevBannerTests {
    private func text(host: String, query: Int? = 3) -> String {
        var settings = Settings(ConfigurationReader(ConfigurationSources()).root)
        settings.ingress.listener.host = host
        settings.management.host = host
        settings.query.host = host
        let banner = DevBanner(
            settings: settings, key: "dev-1",
            ports: .init(ingress: 1, management: 2, query: query), isDemo: false)
        return banner.text(Paint(isOn: false))
    }

    @Test func `it has commands to paste, with the key and the address`() {
        let text = text(host: "127.0.0.1")
        #expect(
            text.contains(
                "curl -sS http://127.0.0.1:1/webhooks/telness \\\n    -H 'X-Api-Key: dev-1' "))
        #expect(text.contains("http://127.0.0.1:2/readyz"))
        #expect(text.contains("curl -sS http://127.0.0.1:3/entities/order\n"))
    }

    @Test func `beyond loopback the addresses say localhost and the key reads too`() {
        let text = text(host: "0.0.0.0")
        #expect(text.contains("  webhooks  http://localhost:1/webhooks/telness\n"))
        #expect(text.contains("  health    http://localhost:2/readyz\n"))
        #expect(
            text.contains("curl -sS http://localhost:3/entities/order -H 'X-Api-Key: dev-1'\n"))
        #expect(!text.contains("0.0.0.0"))
    }

    @Test func `without the query listener a command reads the state`() {
        let text = text(host: "127.0.0.1", query: nil)
        #expect(text.contains("hookline state list order --set state.folder="))
    }
}
