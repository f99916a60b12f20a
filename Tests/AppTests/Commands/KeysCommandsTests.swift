import Support
import Testing

@testable import App

struct KeysCommandsTests {
    private let folder: TemporaryDirectory
    private let session = CommandSession()
    private var file: String { folder.file("keys.txt") }

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func show(_ options: String = "") -> CommandSession.End {
        session.run("keys show \(file) \(options)")
    }

    @Test func `a new key is random, long, and its owner's only`() throws {
        let end = session.run("keys new \(file) --name connect")
        #expect(end.output == "\(file) created with the key connect\n")
        #expect(try FileSystem.mode(of: file) == 0o600)
        let key = show().output
        #expect(key.count == 49)
        #expect(try FileSystem.text(of: file) == "connect: \(key)")
        #expect(session.run("keys new \(folder.file("other"))").code == .success)
        #expect(session.run("keys show \(folder.file("other"))").output != key)
        #expect(try FileSystem.names(in: folder.path) == ["keys.txt", "other"])
    }

    @Test func `a second run changes nothing and succeeds`() throws {
        #expect(session.run("keys new \(file)").code == .success)
        let before = try FileSystem.text(of: file)
        let end = session.run("keys new \(file)")
        #expect(end.code == .success)
        #expect(end.output == "\(file) already holds the key default: nothing changed\n")
        #expect(try FileSystem.text(of: file) == before)
    }

    @Test func `an existing key does where nothing can be written`() throws {
        #expect(session.run("keys new \(file)").code == .success)
        try FileSystem.change(folder.path, mode: 0o500)
        defer { try? FileSystem.change(folder.path, mode: 0o700) }
        #expect(session.run("keys new \(file)").code == .success)
        #expect(try FileSystem.names(in: folder.path) == ["keys.txt"])
    }

    @Test func `a file with other content is not overwritten`() throws {
        for text in ["", "a b: c", "other: 0123456789abcdef"] {
            try FileSystem.write(text, to: file)
            let end = session.run("keys new \(file)")
            #expect(end.code == .configuration, "\(text)")
            #expect(try FileSystem.text(of: file) == text)
        }
    }

    @Test func `of several keys one is chosen by name`() throws {
        try FileSystem.write("a: 1\nb: 2\n", to: file)
        #expect(show().code == .usage)
        #expect(show().complaints.contains("(a, b): choose one with --name"))
        #expect(show("--name b").output == "2\n")
        #expect(show("--name c").code == .negative)
    }

    @Test func `a name that no file may hold, and a folder that is missing, are refused`() {
        #expect(session.run(["keys", "new", file, "--name", "a,b"]).code == .usage)
        #expect(session.run("keys new \(file)/x").code == .io)
        #expect(show().code == .noInput)
    }
}
