import Events
import Store
import Support
import Testing

@Suite struct StateFolderTests {
    let directory: TemporaryDirectory
    let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.file("state"))
    }

    @Test func `a new folder gets a generation and a pointer to it`() throws {
        #expect(try folder.currentDatabase() == nil)
        let store = try StateStore.open(folder)
        #expect(try FileSystem.text(of: directory.file("state/CURRENT")) == "000001\n")
        #expect(try folder.currentDatabase() == store.path)
        #expect(store.path == directory.file("state/generations/000001/state.sqlite"))
    }

    @Test func `the pointer says which generation is opened`() throws {
        _ = try StateStore.open(folder)
        try FileSystem.makeFolder(directory.file("state/generations/000007"))
        try FileSystem.write("000007\n", to: directory.file("state/CURRENT"))
        let store = try StateStore.open(folder)
        #expect(store.path == directory.file("state/generations/000007/state.sqlite"))
        #expect(try FileSystem.text(of: directory.file("state/CURRENT")) == "000007\n")
    }

    @Test func `a crash before the pointer was written is made good`() throws {
        try StateStore.open(folder).applyAll([SampleEvent()])
        try FileSystem.remove(directory.file("state/CURRENT"))
        _ = try StateStore.open(folder)
        #expect(try StateReader.open(folder).state("thing", "thing-1") != nil)
    }

    @Test(arguments: ["", "\n", "000002\n", "../x\n", "000001 000002"])
    func `a pointer to nothing is an error that says what to do`(text: String) throws {
        _ = try StateStore.open(folder)
        try FileSystem.write(text, to: directory.file("state/CURRENT"))
        let error = #expect(throws: StoreError.self) { try folder.currentDatabase() }
        #expect(error?.description.contains("generations") == true)
        #expect(throws: StoreError.self) { try StateStore.open(folder) }
    }

    @Test func `several generations without a pointer are not guessed at`() throws {
        _ = try StateStore.open(folder)
        try FileSystem.makeFolder(directory.file("state/generations/000002"))
        try FileSystem.remove(directory.file("state/CURRENT"))
        let error = #expect(throws: StoreError.self) { try StateStore.open(folder) }
        #expect(error == .noCurrent(folder: folder.path, found: ""))
    }

    @Test func `a second process is told who holds the folder`() throws {
        let store = try StateStore.open(folder)
        let error = #expect(throws: StoreError.self) { try StateStore.open(folder) }
        guard case .locked(folder.path, let holder?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("process \(holder)") == true)
        _ = store.path
    }

    @Test func `the lock goes with the store`() throws {
        do { _ = try StateStore.open(folder) }
        _ = try StateStore.open(folder)
    }
}
