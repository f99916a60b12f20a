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

    @Test func `an id takes 37 bytes of the disk`() {
        let configuration = DedupConfiguration()
        #expect(IdsRing.bytes(configuration) / configuration.maxIds <= 37)
    }
}
