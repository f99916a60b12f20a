package import Configuration

/// Section `log`: which lines are written, and how they look.
package struct LogConfiguration: Sendable {
    /// What matters less is not written: `debug`, `info` (default), `warning` or `error`.
    package var level = Log.Level.info
    /// `automatic` (default: text on a terminal, else JSON), `text` or `json`.
    package var format = Log.Format.automatic

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        level = section.choice("level", default: level)
        format = section.choice("format", default: format)
    }
}

extension Log {
    /// A log to standard error, as configured.
    package init(_ component: String, _ configuration: LogConfiguration) {
        self.init(component, format: configuration.format, level: configuration.level)
    }
}
