import Testing

@testable import App

struct ConfigCommandsTests {
    @Test func `a right configuration ends with success`() {
        #expect(CommandSession().run("config check").code == .success)
    }

    @Test func `a setting of an earlier version is ignored, and told`() {
        let end = CommandSession().run("config check --set journal.idsCheckpointBytes=1048576")
        #expect(end.code == .success)
        #expect(
            end.output.contains(
                "journal.idsCheckpointBytes (--set) is ignored: each id is written once; remove"))
    }

    @Test func `a wrong one is told a line each, and ends with 78`() {
        let session = CommandSession(environment: ["HOOKLINE_A": "1"])
        for command in ["config check", "config print", "catalogue", "state list"] {
            let end = session.run("\(command) --set log.level=x")
            #expect(end.code.rawValue == 78)
            #expect(end.complaints.split(separator: "\n").count == 2)
        }
    }

    @Test func `only what was changed is printed where that is asked for`() {
        let end = CommandSession().run("config print --changed -o json --log-level debug")
        #expect(end.output == "{\"log.level\":{\"value\":\"debug\",\"origin\":\"--log-level\"}}\n")
    }
}
