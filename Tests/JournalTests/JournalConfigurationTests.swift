import Configuration
import Testing

@testable import Journal

struct JournalConfigurationTests {
    @Test func `a segment has room for the largest batch, in whole pages`() {
        var configuration = JournalConfiguration()
        #expect(configuration.fileBytes == 64 << 20)
        configuration.segmentBytes = 1000
        configuration.batchBytes = 5000
        #expect(configuration.fileBytes == 8192)
    }

    @Test func `a checkpoint of the ids has room for all of them`() {
        let configuration = DedupConfiguration()
        #expect(IdsCheckpoint.fileBytes(configuration) >= 64_000_000)
        #expect(IdsCheckpoint.fileBytes(configuration) < 70_000_000)
    }
}
