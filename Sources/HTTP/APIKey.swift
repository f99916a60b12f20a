/// A key that clients may use, with a name, so that several can be in use during a rotation.
package final class APIKey: Sendable {
    /// The name in the journal and the log.
    package let name: String
    private let secret: [UInt8]

    init(name: String, secret: String) {
        self.name = name
        self.secret = Array(secret.utf8)
    }

    /// The number of characters.
    var count: Int { secret.count }

    /// The key itself, for the person who asks for it; never for a log.
    package var revealed: String { String(decoding: secret, as: UTF8.self) }

    /// Whether the two have the same name and secret.
    func isSame(as other: APIKey) -> Bool {
        name == other.name && secret == other.secret
    }

    /// Whether this is the key, in a time that depends on the length of the candidate only.
    func matches(_ candidate: Span<UInt8>) -> Bool {
        var difference = candidate.count ^ secret.count
        for index in candidate.indices {
            difference |= Int(candidate[index] ^ secret[index % secret.count])
        }
        return difference == 0
    }
}

extension APIKey {
    /// The characters that a name may have besides letters and digits.
    private static let punctuation = "._-"

    /// Makes a key from the system's secure random numbers: 192 bits, as 48 hexadecimal digits.
    ///
    /// Throws if this cannot be the name of a key.
    package static func random(name: String) throws(APIKeysError) -> APIKey {
        try check(name, from: "the name", line: 1)
        return APIKey(name: name, secret: randomDigits(48))
    }

    /// Random hexadecimal digits, fit for a secret.
    package static func randomDigits(_ count: Int) -> String {
        var source = SystemRandomNumberGenerator()
        return String(
            (0..<count).flatMap { _ in
                String(UInt8.random(in: 0..<16, using: &source), radix: 16)
            })
    }

    /// The line of a file with keys.
    package var line: String { "\(name): \(revealed)\n" }

    /// Reads keys: `name: key`, each on a line of its own, or separated by commas.
    ///
    /// Skips blank lines and lines that start with `#`. A key without a name is called `default`.
    /// A key has visible ASCII characters only, and no comma. Errors name the place.
    package static func read(_ text: String, from place: String) throws(APIKeysError) -> [APIKey] {
        var keys: [APIKey] = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() where !isComment(line) {
            for part in line.split(separator: ",") where !part.allSatisfy(\.isWhitespace) {
                let key = try read(part: part, from: place, line: index + 1)
                guard !keys.contains(where: { $0.name == key.name }) else {
                    throw .repeated(place: place, name: key.name)
                }
                keys.append(key)
            }
        }
        guard !keys.isEmpty else { throw .none(place: place) }
        return keys
    }

    private static func read(
        part: Substring, from place: String, line: Int
    ) throws(APIKeysError) -> APIKey {
        let pieces = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            .map(trimmed)
        let name = pieces.count == 2 ? pieces[0] : "default"
        let secret = pieces[pieces.count - 1]
        try check(name, from: place, line: line)
        guard (1...512).contains(secret.utf8.count), secret.utf8.allSatisfy(isVisible) else {
            throw .malformed(
                place: place, line: line,
                problem: "a key has 1 to 512 visible ASCII characters without spaces")
        }
        return APIKey(name: name, secret: secret)
    }

    private static func check(
        _ name: String, from place: String, line: Int
    ) throws(APIKeysError) {
        guard (1...64).contains(name.utf8.count), name.allSatisfy(isOfName) else {
            throw .malformed(
                place: place, line: line,
                problem: "a name has 1 to 64 letters, digits, dots, dashes and underscores")
        }
    }

    private static func isComment(_ line: Substring) -> Bool {
        line.first { !$0.isWhitespace } == "#"
    }

    private static func isOfName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
            || punctuation.contains(character)
    }

    private static func isVisible(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte)
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// The reason that API keys cannot be used; it never contains a key.
package enum APIKeysError: Error, Equatable, CustomStringConvertible {
    /// There is no key.
    case none(place: String)
    /// The keys cannot be read.
    case unreadable(place: String, text: String)
    /// A line is malformed.
    case malformed(place: String, line: Int, problem: String)
    /// Two keys have the same name.
    case repeated(place: String, name: String)

    /// The error, the place, and the remedy.
    package var description: String {
        switch self {
        case .none(let place):
            "there is no API key in \(place), and nobody gets in without one: add a line \"name: key\""
        case .unreadable(let place, let text): "the API keys in \(place) cannot be read: \(text)"
        case .malformed(let place, let line, let problem):
            "line \(line) of \(place) is not an API key (\"name: key\"): \(problem)"
        case .repeated(let place, let name):
            "\(place) has two API keys named \"\(name)\": give each a name of its own"
        }
    }
}
