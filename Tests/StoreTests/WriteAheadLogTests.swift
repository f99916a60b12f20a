import Files
import Store
import Support
import Testing

@Suite(.timeLimit(.minutes(10))) struct WriteAheadLogTests {
    @Test func `a read that stays in its snapshot keeps the log from shrinking, and is named`()
        throws
    {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let store = try StateStore.open(folder)
        try store.applyAll([SampleEvent()])
        let log = WriteAheadLog(of: store.path)
        #expect(log.bytes > 0)
        #expect(log.otherReaders.isEmpty)

        // Another process, as POSIX locks want it; python has SQLite with it.
        let script = """
            import sqlite3, sys, time
            connection = sqlite3.connect(sys.argv[1], isolation_level=None)
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM entities").fetchall()
            print("reading", flush=True)
            time.sleep(600)
            """
        let reader = try RunningProcess("python3", ["-c", script, store.path])

        try eventually("a reader in its snapshot") { log.otherReaders == [reader.pid] ? true : nil }
        let before = log.bytes
        let filler = String(repeating: "x", count: 100_000)
        for number in 0..<60 {
            try store.applyAll([
                SampleEvent(
                    id: "thing-\(number)", eventID: UInt64(number), fields: [("a", "\"\(filler)\"")]
                )
            ])
        }
        #expect(log.bytes > before + 6_000_000)
        reader.crash()
        try eventually("nobody reads") { log.otherReaders.isEmpty ? true : nil }
    }
}
