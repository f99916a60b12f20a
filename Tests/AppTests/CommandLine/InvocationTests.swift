import Configuration
import Testing

@testable import App

struct InvocationTests {
    @Test func `options that stand for a setting become flags, before those of --set`() {
        let command = Command(
            name: "serve", group: .run, summary: "Serve",
            options: [
                .init(
                    name: "--port", value: .integer("N", 0...9), help: "p", setting: "ingress.port")
            ]
        ) { _ in .success }
        let invocation = Invocation(
            values: ["--port": ["7"], "--set": ["a.b=c=d"], "--config": ["x"]], command: command,
            console: Console { _ in true }, environment: [:])
        #expect(
            invocation.flags == [
                ConfigurationFlag(option: "--port", path: "ingress.port", text: "7"),
                ConfigurationFlag(option: "--set", path: "a.b", text: "c=d"),
            ])
        #expect(invocation.integer("--port") == 7)
        #expect(invocation.text("--config") == "x")
        #expect(!invocation.wantsJSON)
    }
}
