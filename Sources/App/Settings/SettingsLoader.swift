import Configuration
import Files

/// Finds the configuration file and reads all settings, or tells everything that is wrong.
struct SettingsLoader {
    /// Where a file is looked for when none is named.
    static let searched = ["config/hookline.json5", "/etc/hookline/hookline.json5"]

    let environment: [String: String]
    let flags: [ConfigurationFlag]
    /// The file named on the command line.
    var file: String?
    var searched = Self.searched

    init(_ invocation: Invocation) {
        self.init(
            environment: invocation.environment, flags: invocation.flags,
            file: invocation.text("--config"))
    }

    init(
        environment: [String: String], flags: [ConfigurationFlag] = [], file: String? = nil
    ) {
        self.environment = environment
        self.flags = flags
        self.file = file
    }

    /// The settings; one message a problem where there is any.
    func load() throws(CommandFailure) -> Settings {
        var (settings, reader) = try read()
        settings.notices = reader.notices
        let problems = reader.problems()
        guard problems.isEmpty else {
            throw CommandFailure(.configuration, problems.map(\.description))
        }
        return settings
    }

    /// The settings and what was asked for them, whatever is wrong with them.
    func read() throws(CommandFailure) -> (Settings, ConfigurationReader) {
        let reader = ConfigurationReader(
            ConfigurationSources(
                file: try readSettings(), environment: environment, flags: flags,
                readFile: { try? Disk().contents(of: $0) }))
        let settings = Settings(reader.root)
        return (settings, reader)
    }

    /// The file that counts, and what it holds; nil where there is none and none was asked for.
    private func readSettings() throws(CommandFailure) -> (String, ConfigurationValue)? {
        if let named = file ?? environment["HOOKLINE_CONFIG"] {
            let by = file == nil ? "HOOKLINE_CONFIG" : "--config"
            guard let bytes = try contents(of: named) else {
                throw CommandFailure(.configuration, "\(named) (\(by)): there is no such file")
            }
            return (named, try parse(bytes, of: named))
        }
        for path in searched {
            if let bytes = try contents(of: path) { return (path, try parse(bytes, of: path)) }
        }
        return nil
    }

    /// The file's bytes; nil where there is none: one that cannot be read is not passed over.
    private func contents(of path: String) throws(CommandFailure) -> [UInt8]? {
        do {
            return try Disk().contents(of: path)
        } catch {
            if error.isMissing { return nil }
            throw CommandFailure(.configuration, "\(path): \(error)")
        }
    }

    private func parse(
        _ bytes: [UInt8], of path: String
    ) throws(CommandFailure) -> ConfigurationValue {
        do {
            return try ConfigurationValue(json5: bytes)
        } catch {
            throw CommandFailure(.configuration, "\(path):\(error)")
        }
    }
}
