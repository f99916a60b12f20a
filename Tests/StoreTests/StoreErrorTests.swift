import Files
import SQLite
import Store
import Testing

@Suite struct StoreErrorTests {
    @Test(arguments: [
        (StoreError.locked(folder: "/s", holder: 17), ["/s", "process 17", "stop that one"]),
        (.locked(folder: "/s", holder: nil), ["another process"]),
        (.noState(folder: "/s"), ["/s", "state.folder"]),
        (.noCurrent(folder: "/s", found: "x"), ["/s/CURRENT", "\"x\"", "/s/generations"]),
        (
            .rulesChanged(path: "/s/a", type: "t.u"),
            ["/s/a", "t.u", "hookline replay", "new state"]
        ),
        (.typeGone(path: "/s/a", type: "t.u"), ["/s/a", "t.u", "hookline replay", "new state"]),
        (.format(path: "/s/a", found: 2, known: 1), ["format 2", "knows 1", "hookline replay"]),
        (.database(SQLiteError(code: 13, message: "full", action: "commit")), ["make room"]),
        (.database(.damage("cut", "read row 1")), ["read row 1", "hookline replay"]),
        (.database(SQLiteError(code: 5, message: "locked", action: "begin")), ["locked", "begin"]),
        (.files(.locked(path: "/s/LOCK", holder: 1)), ["/s/LOCK"]),
    ])
    func `it says what happened, to what, and what to do`(error: StoreError, words: [String]) {
        for word in words { #expect("\(error)".contains(word)) }
    }
}
