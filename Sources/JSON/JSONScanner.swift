internal import CSimdjson

/// Checks whole documents and answers questions on the last one; one a thread.
@safe package final class JSONScanner {
    /// What a value is.
    package enum Kind: UInt8, Sendable {
        case null
        case boolean
        case number
        case string
        case array
        case object
    }

    /// Whether a value stands where it was looked for.
    package enum Found: Equatable, Sendable {
        /// There is none.
        case absent
        /// There is one.
        case once(Kind)
        /// The member, or one on the way to it, stands there more than once.
        case repeated
    }

    private let scanner: OpaquePointer

    /// Makes a scanner with room for documents of 16 KiB; it grows with them.
    package init() {
        guard let scanner = unsafe csimdjson_create() else {
            preconditionFailure("no memory for a JSON scanner")
        }
        unsafe self.scanner = scanner
    }

    deinit {
        unsafe csimdjson_destroy(scanner)
    }

    /// Checks all of `document` and keeps it for questions.
    package func parse(_ document: borrowing PaddedBytes) throws(JSONError) {
        let outcome = unsafe document.withPointer {
            unsafe csimdjson_parse(scanner, $0, document.count)
        }
        guard outcome != CSIMDJSON_OK else { return }
        guard outcome != CSIMDJSON_MEMORY else { throw .memory }
        throw Self.reason(of: Int(outcome), document)
    }

    /// Looks up `path` (nil: the document itself) in the document that was parsed last, and lends
    /// the text of a string, unescaped; of anything else the text is empty.
    package func ask<R>(_ path: JSONPath?, _ body: (Found, Span<UInt8>) -> R) -> R {
        let value = unsafe value(path)
        let text = unsafe UnsafeBufferPointer(start: value.text, count: value.length)
        return body(unsafe Self.found(value), unsafe Span(_unsafeElements: text))
    }

    /// What stands at `path` of the document that was parsed last.
    package func find(_ path: JSONPath?) -> Found {
        ask(path) { found, _ in found }
    }

    /// The string at `path` of the document that was parsed last; nil for anything else.
    package func string(_ path: JSONPath) -> String? {
        ask(path) { found, text in found == .once(.string) ? String(utf8: text) : nil }
    }

    /// What a boolean at `path` of the document that was parsed last is; nil for anything else.
    package func boolean(_ path: JSONPath) -> Bool? {
        let value = unsafe value(path)
        return unsafe Self.found(value) == .once(.boolean) ? value.flag : nil
    }

    /// Whether a member of the top of the document that was parsed last stands there twice.
    package var topRepeats: Bool { unsafe csimdjson_top_repeats(scanner) }

    private func value(_ path: JSONPath?) -> csimdjson_value {
        unsafe (path?.bytes ?? []).withUnsafeBufferPointer {
            unsafe csimdjson_ask(scanner, $0.baseAddress, $0.count)
        }
    }

    private static func found(_ value: csimdjson_value) -> Found {
        switch unsafe Int(value.presence) {
        case CSIMDJSON_ONCE: unsafe .once(Kind(rawValue: value.kind) ?? .null)
        case CSIMDJSON_REPEATED: .repeated
        default: .absent
        }
    }

    /// Tells what is no JSON from what the parser cannot hold.
    private static func reason(of outcome: Int, _ document: PaddedBytes) -> JSONError {
        document.withSpan { text in
            do throws(JSONGrammar.Mistake) {
                let depth = try JSONGrammar.depth(of: text)
                if depth > Int(CSIMDJSON_DEPTH) { return .depth }
                return outcome == CSIMDJSON_NUMBER
                    ? .number : .malformed("the document is no JSON", offset: nil)
            } catch {
                return .malformed(error.text.description, offset: error.offset)
            }
        }
    }
}
