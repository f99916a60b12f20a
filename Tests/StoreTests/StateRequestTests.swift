import Events
import Support
import Testing

@testable import Store

@Suite struct StateRequestTests {
    let directory: TemporaryDirectory
    let folder: StateFolder
    let store: StateStore
    let requests: StateRequests

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.file("state"))
        store = try StateStore.open(folder)
        requests = try StateRequests(folder)
    }

    private func ask(_ argument: String = "{}") throws -> Int64 {
        try requests.ask("swap", argument, expires: Timestamp(seconds: 60))
    }

    @Test func `a request is found by the writer and its answer by the one who asked`() throws {
        #expect(try store.nextRequest() == nil)
        let number = try ask("000002")
        let request = try #require(try store.nextRequest())
        #expect(
            request
                == StateRequest(number: number, kind: "swap", argument: "000002", expires: 60))
        #expect(try requests.answer(to: number) == nil)
        #expect(try store.begin(request))
        try store.answer(request, .done("it is"))
        #expect(try requests.answer(to: number) == .done("it is"))
        #expect(try store.nextRequest() == nil)
    }

    @Test func `requests are carried out in order, and a refusal says why`() throws {
        let numbers = try [ask(), ask()]
        let first = try #require(try store.nextRequest())
        #expect(first.number == numbers[0])
        try store.answer(first, .refused("no"))
        #expect(try store.nextRequest()?.number == numbers[1])
        #expect(try requests.answer(to: numbers[0]) == .refused("no"))
    }

    @Test func `a request is withdrawn before it is begun, and not after`() throws {
        let first = try ask()
        #expect(try requests.withdraw(first))
        #expect(try store.nextRequest() == nil)
        let second = try ask()
        let request = try #require(try store.nextRequest())
        #expect(try store.begin(request))
        #expect(try !requests.withdraw(second))
        let third = try ask()
        let other = try #require(try store.nextRequest())
        #expect(try requests.withdraw(third))
        #expect(try !store.begin(other))
    }

    @Test func `what was begun and never answered is refused at the next start`() throws {
        let number = try ask()
        let request = try #require(try store.nextRequest())
        _ = try store.begin(request)
        try store.refuseBrokenRequests()
        guard case .refused = try requests.answer(to: number) else {
            Issue.record("no refusal")
            return
        }
        let waiting = try ask()
        try store.refuseBrokenRequests()
        #expect(try store.nextRequest()?.number == waiting)
    }

    @Test func `a hundred answers are kept`() throws {
        let first = try ask()
        for _ in 0..<101 {
            let request = try #require(try store.nextRequest())
            try store.answer(request, .done(""))
            _ = try ask()
        }
        #expect(try requests.answer(to: first) == nil)
        #expect(try requests.answer(to: first + 1) == .done(""))
    }

    @Test func `without a state there is nobody to ask`() {
        let empty = StateFolder(directory.file("empty"))
        #expect(throws: StoreError.noState(folder: empty.path)) { try StateRequests(empty) }
    }
}
