import Configuration
import Testing

struct ConfigurationProblemTests {
    @Test func `a problem is one line`() {
        #expect(
            ConfigurationProblem(
                path: "a.b", value: "1", origin: .environment("HOOKLINE_A_B"), allowed: "2"
            ).description == "a.b is 1 (HOOKLINE_A_B): must be 2")
        #expect(
            ConfigurationProblem(
                path: "a.b", value: nil, origin: nil, complaint: "no such setting"
            ).description == "a.b: no such setting")
        #expect(
            ConfigurationProblem(
                path: "a.b", value: "1", origin: .standard, allowed: "2"
            ).description == "a.b is 1: must be 2")
    }
}
