internal import Glibc

/// The process's output and error streams, written without a buffer between.
package enum StandardStream: Int32, Sendable {
    /// Standard output.
    case output = 1
    /// Standard error.
    case error = 2

    /// Whether a person looks at it.
    package var isTerminal: Bool {
        isatty(rawValue) == 1
    }

    /// How many columns the terminal has; nil where it is none.
    package var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Writes the bytes, in one call where the system takes them whole.
    ///
    /// The answer is 0, or the errno that stopped it: EPIPE where the reader has gone.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Int32 {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    rawValue, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { return errno }
            start += written
        }
        return 0
    }

    /// Writes the text, in one call where the system takes it whole.
    @discardableResult
    package func write(_ text: String) -> Int32 {
        write(Array(text.utf8))
    }
}
