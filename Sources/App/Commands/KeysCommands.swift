import Files
import HTTP

/// `keys new` and `keys show`.
enum KeysCommands {
    private static let file = Command.Argument(
        name: "FILE", help: "A file for ingress.keysFile or query.keysFile")

    static let new = Command(
        name: "keys new", group: .operate,
        summary: "Create a file with an API key, once",
        details: """
            The key is random (192 bits) and is not printed; hookline keys show prints it. Only the
            owner can read the file (0600). If the file exists and holds a key of that name, the
            command writes nothing and succeeds, so that it may run at every deployment. Exits with
            78 if the file holds something else, and with 66 if it cannot be read.
            """,
        arguments: [file],
        options: [
            .init(
                name: "--name", value: .text("NAME"),
                help: "Name of the key in log, metrics and journal (default \"default\")")
        ],
        readsSettings: false,
        examples: [
            .init(
                text: "the key of a sender, for serve",
                line: "hookline keys new keys.txt --name connect"),
            .init(
                text: "a key that reads the state, for consume",
                line: "hookline keys new read-keys.txt --name reader"),
        ]
    ) { invocation throws(CommandFailure) in
        let path = invocation.arguments[0]
        let name = invocation.text("--name") ?? "default"
        // Looked at first: an existing key must do on a full disk or a read-only one as well.
        if try contents(of: path) == nil, try create(path, named: name) {
            try invocation.console.line("\(path) created with the key \(name)")
            return .success
        }
        let names = try keys(of: path).map(\.name)
        guard names.contains(name) else {
            throw CommandFailure(
                .configuration,
                "\(path) exists without a key named \(name): add a line \"\(name): key\", or name "
                    + "another file")
        }
        try invocation.console.line("\(path) already holds the key \(name): nothing changed")
        return .success
    }

    static let show = Command(
        name: "keys show", group: .operate,
        summary: "Print an API key of a file",
        details: """
            Prints the key alone, for a script that sends it as X-Api-Key. Exits with 66 if the file
            cannot be read, and with 1 if it has no key of that name.
            """,
        arguments: [file],
        options: [
            .init(
                name: "--name", value: .text("NAME"),
                help: "Name of the key; needed if the file holds several")
        ],
        readsSettings: false,
        examples: [
            .init(
                text: "the key that a sender needs",
                line: "hookline keys show keys.txt --name connect")
        ]
    ) { invocation throws(CommandFailure) in
        let path = invocation.arguments[0]
        let keys = try keys(of: path)
        let named = invocation.text("--name").map { name in keys.filter { $0.name == name } }
        let found = named ?? keys
        guard found.count < 2 else {
            let names = keys.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage, "\(path) holds several keys (\(names)): choose one with --name")
        }
        guard let key = found.first else {
            let names = keys.map(\.name).joined(separator: ", ")
            throw CommandFailure(.negative, "\(path) has no key of that name; it holds \(names)")
        }
        try invocation.console.line(key.revealed)
        return .success
    }

    /// Creates the file; false if the path is in use.
    private static func create(
        _ path: String, named name: String
    ) throws(CommandFailure) -> Bool {
        let line: String
        do {
            line = try APIKey.random(name: name).line
        } catch {
            throw CommandFailure(
                .usage, "--name must be 1 to 64 letters, digits, dots, dashes and underscores")
        }
        do {
            return try Disk().create(path, with: Array(line.utf8))
        } catch {
            throw CommandFailure(.io, "\(error)")
        }
    }

    /// The file's bytes; nil if it does not exist.
    private static func contents(of path: String) throws(CommandFailure) -> [UInt8]? {
        do {
            return try Disk().contents(of: path)
        } catch {
            if error.isMissing { return nil }
            throw CommandFailure(.noInput, "\(error)")
        }
    }

    private static func keys(of path: String) throws(CommandFailure) -> [APIKey] {
        guard let bytes = try contents(of: path) else {
            throw CommandFailure(
                .noInput, "\(path) does not exist: hookline keys new \(path) creates it")
        }
        do {
            return try APIKey.read(String(decoding: bytes, as: UTF8.self), from: path)
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}
