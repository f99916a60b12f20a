import Testing

@testable import HTTP

struct HTTPProblemTests {
    @Test func `a problem that passes says when to come again, in a second at the soonest`() {
        let problem = HTTPProblem.unavailable("full", "The journal is full.", retryAfter: 0)
        let response = problem.response(to: RequestID(number: 255))
        #expect(response.status == 503)
        #expect(response.headers.map(\.name) == ["Retry-After"])
        #expect(response.headers.map(\.value) == ["1"])
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"type":"urn:hookline:problem:full","title":"Not available just now","#
                + #""status":503,"detail":"The journal is full.","requestId":"00000000000000ff"}"#)
    }
}
