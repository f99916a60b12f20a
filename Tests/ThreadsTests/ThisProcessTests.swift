import Testing
import Threads

struct ThisProcessTests {
    @Test func `a process knows its number and its environment`() {
        #expect(ThisProcess.id > 0)
        #expect(ThisProcess.environment["PATH"]?.isEmpty == false)
    }
}
