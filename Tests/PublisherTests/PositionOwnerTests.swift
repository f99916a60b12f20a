import Journal
import Kafka
import Testing

@testable import Publisher

@Suite struct PositionOwnerTests {
    private var owner = PositionOwner(own: 7)

    private func committed(by writer: UInt64?) -> GroupOffset {
        let text = PositionText(
            PublishPosition(through: 4), RecordFingerprint(text: "aa"), writer: writer)
        return GroupOffset(nextOffset: 5, metadata: text.text)
    }

    @Test func `a process follows whoever published before its start`() {
        for former in [nil, committed(by: nil), committed(by: 3)] {
            var owner = PositionOwner(own: 7)
            #expect(owner.mayGoOn(after: former) == true)
            // Fenced before its own number is committed: by nobody who has committed.
            #expect(owner.mayGoOn(after: former) == true)
            #expect(!owner.hasClaimed)
        }
    }

    @Test mutating func `its own number says that it was fenced for its own pause`() {
        #expect(owner.mayGoOn(after: committed(by: 3)) == true)
        owner.claim()
        #expect(owner.hasClaimed)
        #expect(owner.mayGoOn(after: committed(by: 7)) == true)
    }

    @Test mutating func `its own number counts also where the answer to its commit was lost`() {
        #expect(owner.mayGoOn(after: committed(by: 3)) == true)
        #expect(owner.mayGoOn(after: committed(by: 7)) == true)
        #expect(!owner.hasClaimed)
    }

    @Test mutating func `another process that has committed since is the newer one`() {
        #expect(owner.mayGoOn(after: committed(by: 3)) == true)
        #expect(owner.mayGoOn(after: committed(by: 4)) == false)
        #expect(owner.mayGoOn(after: committed(by: nil)) == false)
        owner.claim()
        // Once the own number was there, also the process of before has committed since.
        #expect(owner.mayGoOn(after: committed(by: 3)) == false)
    }

    @Test mutating func `a position that Kafka has lost names no other process`() {
        #expect(owner.mayGoOn(after: committed(by: 3)) == true)
        owner.claim()
        #expect(owner.mayGoOn(after: nil) == true)
    }

    @Test mutating func `after a fence somebody must look, once there was a first look`() {
        owner.noteFence()
        #expect(!owner.mustLook)
        _ = owner.mayGoOn(after: nil)
        owner.noteFence()
        #expect(owner.mustLook)
        _ = owner.mayGoOn(after: nil)
        #expect(!owner.mustLook)
    }
}
