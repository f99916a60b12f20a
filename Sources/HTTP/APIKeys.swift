package import Telemetry
internal import Threads

/// The API keys in use, read again when what they come from has changed.
package final class APIKeys: Sendable {
    /// Where keys come from.
    package struct Source: Sendable {
        let place: String
        let read: @Sendable () throws -> String

        /// Keys that come from this place, named in errors, by this closure.
        package init(_ place: String, read: @escaping @Sendable () throws -> String) {
            self.place = place
            self.read = read
        }

        /// Keys that stay as they are.
        package init(_ place: String, text: String) {
            self.init(place) { text }
        }
    }

    private struct State {
        var keys: [APIKey]
        var complaint: APIKeysError?
    }

    /// Shorter keys are taken, with a warning.
    private static let goodLength = 16

    private let source: Source
    private let log: Log
    private let state: Monitor<State>

    /// Reads the keys; without one, or with one that is wrong, there is nothing to listen for.
    package init(_ source: Source, log: Log) throws(APIKeysError) {
        self.source = source
        self.log = log
        state = Monitor(State(keys: try Self.read(source)))
        warnOfShortKeys(names: state.withLock { $0.keys })
    }

    /// The names of the keys in use.
    package var names: [String] {
        state.withLock { $0.keys.map(\.name) }
    }

    /// Reads the keys again; what is wrong then is logged once, and the old ones stay.
    package func reload() {
        do throws(APIKeysError) {
            replace(with: try Self.read(source))
        } catch {
            let isNew = state.withLock { state in
                defer { state.complaint = error }
                return state.complaint != error
            }
            if isNew { log.error("API keys not read again", ["error": LogValue(error)]) }
        }
    }

    /// The key that a request came with; without a right one it is refused.
    package func check(_ head: borrowing HTTPRequestHead) throws(HTTPProblem) -> APIKey {
        guard head.has(.apiKey) else { throw .missingKey }
        let found = head.withValue(of: .apiKey) { value in
            guard let value else { return nil as APIKey? }
            return key(value)
        }
        guard let found else { throw .wrongKey }
        return found
    }

    /// The key that this is, or nil; every key is compared, whatever the result.
    func key(_ candidate: Span<UInt8>) -> APIKey? {
        var found: APIKey?
        for key in state.withLock({ $0.keys }) where key.matches(candidate) { found = key }
        return found
    }

    private func replace(with keys: [APIKey]) {
        let hasChanged = state.withLock { state in
            let old = state.keys
            state = State(keys: keys)
            return old.count != keys.count || !zip(old, keys).allSatisfy { $0.isSame(as: $1) }
        }
        guard hasChanged else { return }
        let names = keys.map(\.name).joined(separator: ", ")
        log.info("API keys read again", ["names": .string(names)])
        warnOfShortKeys(names: keys)
    }

    private func warnOfShortKeys(names keys: [APIKey]) {
        for key in keys where key.count < Self.goodLength {
            log.warning("an API key is short", ["name": .string(key.name)])
        }
    }

    private static func read(_ source: Source) throws(APIKeysError) -> [APIKey] {
        let text: String
        do {
            text = try source.read()
        } catch {
            throw .unreadable(place: source.place, text: String(describing: error))
        }
        return try APIKey.read(text, from: source.place)
    }
}

extension HTTPProblem {
    fileprivate static let missingKey = HTTPProblem(
        401, "key-missing", "The API key is missing or wrong",
        "Send the API key in the header X-Api-Key.", headers: [challenge])

    fileprivate static let wrongKey = HTTPProblem(
        401, "key-wrong", "The API key is missing or wrong",
        "The key in X-Api-Key is none of those in use here.", headers: [challenge])

    /// RFC 9110 wants one with each 401.
    private static let challenge = ("WWW-Authenticate", "ApiKey header=\"X-Api-Key\"")
}
