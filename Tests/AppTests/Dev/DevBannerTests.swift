import Configuration
import Testing

@testable import App

struct DevBannerTests {
    @Test func `it has a line to paste, with the key and the address`() {
        let settings = Settings(ConfigurationReader(ConfigurationSources()).root)
        let banner = DevBanner(
            url: "http://127.0.0.1:1/w", key: "dev-1", settings: settings, managementPort: 2,
            queryPort: 3, isDemo: false)
        let text = banner.text(Paint(isOn: false))
        #expect(text.contains("curl -sS http://127.0.0.1:1/w \\\n    -H 'X-Api-Key: dev-1' "))
        #expect(text.contains(":2/readyz"))
        #expect(text.contains("http://127.0.0.1:3/entities/order"))
    }
}
