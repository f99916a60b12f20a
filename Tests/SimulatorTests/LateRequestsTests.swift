import Events
import Testing

@testable import Simulator

@Suite struct LateRequestsTests {
    @Test func `each comes when it is due, those of one time in order`() {
        var late = LateRequests()
        for (number, due) in [(1, 5), (2, 3), (3, 5), (4, 9)] { late.add(request(number), at: due) }
        var order: [Int] = []
        for made in 0..<7 {
            while let request = late.due(at: made) {
                #expect(made == (request.key == "2" ? 3 : 5))
                order.append(Int(request.key) ?? 0)
            }
        }
        #expect(order == [2, 1, 3])
        #expect(late.rest()?.key == "4")
        #expect(late.rest()?.key == nil)
    }

    private func request(_ number: Int) -> SimulatedRequest {
        SimulatedRequest(
            kind: .event, type: "t", key: "\(number)", eventID: EventID(high: 0, low: 0),
            occurredAt: Timestamp(seconds: 0), body: [])
    }
}
