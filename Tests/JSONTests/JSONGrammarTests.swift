import Support
import Testing

@testable import JSON

/// The grammar is asked only where simdjson refused: so the two must agree on everything else.
@Suite struct JSONGrammarTests {
    @Test func `every truncation of a webhook is refused by both`() throws {
        let scanner = JSONScanner()
        for type in ["license.created", "order.updated"] {
            let body = try Fixture.body(type)
            for length in 0..<body.count - 1 {
                let cut = PaddedBytes(Array(body[..<length]))
                #expect(verdict(scanner, cut) == .refused, "\(type) cut to \(length)")
                #expect(grammar(cut) == .refused, "\(type) cut to \(length)")
            }
        }
    }

    @Test func `both agree on every webhook with one byte changed`() throws {
        let scanner = JSONScanner()
        var random = SplitMix(state: 7)
        for type in Fixture.types {
            let body = try Fixture.body(type)
            for index in body.indices {
                var changed = body
                changed[index] = UInt8(truncatingIfNeeded: random.next())
                let padded = PaddedBytes(changed)
                #expect(verdict(scanner, padded) == grammar(padded), "\(type) at \(index)")
            }
        }
    }

    @Test func `both agree on short texts of the characters that matter`() {
        let scanner = JSONScanner()
        let alphabet = Array(#"{}[]:,"\ud8ctrnals0e-+.1 "#.utf8) + [0x0A, 0x00, 0xC3, 0xA5, 0x80]
        var random = SplitMix(state: 11)
        for _ in 0..<10_000 {
            let length = Int(random.next() % 12)
            let text = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            let padded = PaddedBytes(text)
            #expect(verdict(scanner, padded) == grammar(padded), "\(text)")
        }
    }

    private enum Verdict { case taken, refused }

    private func verdict(_ scanner: JSONScanner, _ text: PaddedBytes) -> Verdict {
        do {
            try scanner.parse(text)
            return .taken
        } catch .malformed {
            return .refused
        } catch {
            return .taken
        }
    }

    private func grammar(_ text: PaddedBytes) -> Verdict {
        text.withSpan { (try? JSONGrammar.depth(of: $0)) == nil ? .refused : .taken }
    }
}

/// A small generator of numbers that is the same in every run.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
