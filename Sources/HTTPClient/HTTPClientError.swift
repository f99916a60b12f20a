internal import CCurl

/// Why a request got no answer.
package enum HTTPClientError: Error, CustomStringConvertible {
    /// This is no address of http or https.
    case address(url: String, text: String)
    /// Nobody answers there: no such name, no route, nobody listens.
    case unreachable(url: String, text: String)
    /// The time was over; the request may have been carried out.
    case timedOut(url: String, after: Duration)
    /// The answer is larger than is taken.
    case tooLarge(url: String)
    /// The connection broke, or what came is no HTTP; the request may have been carried out.
    case broken(url: String, code: Int, text: String)

    init(_ code: CURLcode, url: String, timeout: Duration, isOver: Bool) {
        let text = unsafe String(cString: curl_easy_strerror(code))
        self =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .address(url: url, text: text)
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
                .unreachable(url: url, text: text)
            case CURLE_OPERATION_TIMEDOUT: .timedOut(url: url, after: timeout)
            case CURLE_WRITE_ERROR where isOver: .tooLarge(url: url)
            default: .broken(url: url, code: Int(code.rawValue), text: text)
            }
    }

    /// What happened, to what, and what to do.
    package var description: String {
        switch self {
        case .address(let url, let text):
            "\(url) is no address to send to (\(text)): give one of http or https"
        case .unreachable(let url, let text):
            "nobody answers at \(url) (\(text)): is the address right, and does it run?"
        case .timedOut(let url, let limit): "\(url) did not answer within \(limit): send it again"
        case .tooLarge(let url):
            "the answer of \(url) is larger than \(HTTPClient.answerLimit) bytes: ask for less"
        case .broken(let url, let code, let text):
            "the exchange with \(url) broke off (curl \(code): \(text)): send it again"
        }
    }
}
