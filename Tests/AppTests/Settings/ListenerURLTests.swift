import HTTP
import Management
import Testing

@testable import App

struct ListenerURLTests {
    private func listener(_ host: String) -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration.management
        configuration.host = host
        return configuration
    }

    @Test(arguments: [
        ("0.0.0.0", "http://127.0.0.1:9464"), ("::", "http://[::1]:9464"),
        ("::1", "http://[::1]:9464"), ("10.0.0.7", "http://10.0.0.7:9464"),
    ])
    func `this process reaches its own listener by number`(host: String, url: String) {
        #expect(listener(host).ownURL() == url)
    }

    @Test(arguments: [
        ("0.0.0.0", "http://localhost:7"), ("::", "http://localhost:7"),
        ("127.0.0.1", "http://127.0.0.1:7"), ("::1", "http://[::1]:7"),
    ])
    func `a person sees localhost for a wildcard address`(host: String, url: String) {
        #expect(listener(host).shownURL(port: 7) == url)
    }
}
