internal import CCurl

/// Sends requests and waits for their answers; one a thread, which keeps its connections open.
///
/// It uses no proxy, follows no redirect and sends no `Expect`.
@safe package final class HTTPClient {
    /// The most that is taken of an answer's body; beyond it the request fails.
    package static let answerLimit = 64 << 20

    private let curl: UnsafeMutableRawPointer
    private let timeout: Duration

    /// A client whose requests take no longer than this, the time to connect included.
    package init(timeout: Duration = .seconds(10)) {
        _ = Self.library
        guard let curl = unsafe curl_easy_init() else { preconditionFailure("no memory for curl") }
        unsafe self.curl = unsafe curl
        self.timeout = timeout
        let milliseconds = Int(timeout / .milliseconds(1))
        unsafe hookline_curl_set_number(curl, CURLOPT_TIMEOUT_MS, milliseconds)
        unsafe hookline_curl_set_number(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        // Without it a timed out name look-up would raise a signal in some thread.
        unsafe hookline_curl_set_number(curl, CURLOPT_NOSIGNAL, 1)
        unsafe hookline_curl_set_text(curl, CURLOPT_PROXY, "")
        unsafe hookline_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe hookline_curl_set_receiver(curl, CURLOPT_WRITEFUNCTION, onBody)
        unsafe hookline_curl_set_receiver(curl, CURLOPT_HEADERFUNCTION, onHeader)
    }

    deinit {
        unsafe curl_easy_cleanup(curl)
    }

    /// Once a process, before any handle.
    private static let library: Void = { _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

    /// Asks for what lies at the address.
    package func get(
        _ url: String, headers: [(String, String)] = []
    ) throws(HTTPClientError) -> HTTPReply {
        unsafe hookline_curl_set_number(curl, CURLOPT_HTTPGET, 1)
        return try perform(url, headers)
    }

    /// Sends the body to the address.
    package func post(
        _ url: String, headers: [(String, String)] = [], body: [UInt8]
    ) throws(HTTPClientError) -> HTTPReply {
        unsafe hookline_curl_set_number(curl, CURLOPT_POST, 1)
        unsafe hookline_curl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, body.count)
        let result = unsafe body.withUnsafeBytes { bytes in
            // Curl reads it in place; an empty body must not be a null pointer, which means stdin.
            let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(curl)
            unsafe hookline_curl_set_pointer(curl, CURLOPT_POSTFIELDS, start)
            return Result { () throws(HTTPClientError) in try perform(url, headers) }
        }
        return try result.get()
    }

    private func perform(
        _ url: String, _ headers: [(String, String)]
    ) throws(HTTPClientError) -> HTTPReply {
        let list = HeaderList(headers + [("Expect", "")])
        unsafe hookline_curl_set_text(curl, CURLOPT_URL, url)
        unsafe hookline_curl_set_pointer(curl, CURLOPT_HTTPHEADER, list.start)
        var reception = Reception(limit: Self.answerLimit)
        let code = unsafe withUnsafeMutablePointer(to: &reception) { reception in
            unsafe hookline_curl_set_pointer(curl, CURLOPT_WRITEDATA, reception)
            unsafe hookline_curl_set_pointer(curl, CURLOPT_HEADERDATA, reception)
            return unsafe curl_easy_perform(curl)
        }
        guard code == CURLE_OK else {
            throw HTTPClientError(code, url: url, timeout: timeout, isOver: reception.isOver)
        }
        let status = unsafe hookline_curl_status(curl)
        return HTTPReply(status: status, headers: reception.headers, body: reception.body)
    }
}

/// An answer.
package struct HTTPReply: Sendable {
    /// The status code.
    package let status: Int
    /// The headers in order, names in lower case.
    package let headers: [(name: String, value: String)]
    /// The body.
    package let body: [UInt8]

    /// The body as text; what is not UTF-8 is replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first value of a header, its name given in lower case.
    package subscript(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// The headers of a request, as curl wants them, for as long as it runs.
@safe private struct HeaderList: ~Copyable {
    let start: UnsafeMutablePointer<curl_slist>?

    init(_ headers: [(String, String)]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for (name, value) in headers {
            // "Name;" is how curl is told to send an empty value, "Name:" to send none.
            unsafe list = curl_slist_append(list, "\(name): \(value)")
        }
        unsafe start = list
    }

    deinit {
        unsafe curl_slist_free_all(start)
    }
}

/// What has come of an answer.
private struct Reception {
    let limit: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var isOver = false

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(header line: UnsafeBufferPointer<UInt8>) {
        let text = unsafe String(decoding: line, as: UTF8.self)
        // A new status line: what came before was the head of an interim answer.
        if text.hasPrefix("HTTP/") { headers.removeAll() }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let value = parts[1].drop { $0 == " " }.prefix { !$0.isNewline }
        headers.append((parts[0].lowercased(), String(value)))
    }

    mutating func add(body piece: UnsafeBufferPointer<UInt8>) -> Int {
        isOver = body.count + piece.count > limit
        guard !isOver else { return 0 }
        unsafe body.append(contentsOf: piece)
        return piece.count
    }
}

private let onBody: curl_write_callback = { start, size, count, context in
    let reception = unsafe context?.assumingMemoryBound(to: Reception.self)
    return unsafe reception?.pointee.add(body: bytes(start, size * count)) ?? 0
}

private let onHeader: curl_write_callback = { start, size, count, context in
    let reception = unsafe context?.assumingMemoryBound(to: Reception.self)
    unsafe reception?.pointee.add(header: bytes(start, size * count))
    return size * count
}

private func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<
    UInt8
> {
    let start = unsafe UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self)
    return unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
}
