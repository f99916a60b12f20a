import Configuration
import Testing

struct ConfigurationSourcesTests {
    @Test(arguments: [
        ("ingress.port", "HOOKLINE_INGRESS_PORT"),
        ("ingress.bodyLimitBytes", "HOOKLINE_INGRESS_BODY_LIMIT_BYTES"),
        ("journal.segmentBytes", "HOOKLINE_JOURNAL_SEGMENT_BYTES"),
        ("a.tlsURL", "HOOKLINE_A_TLS_URL"),
    ])
    func `a setting has one environment variable`(path: String, variable: String) {
        #expect(ConfigurationSources.variable(for: path) == variable)
    }
}
