internal import Events
internal import HTTP

/// ETag and If-None-Match (RFC 9110, section 13.1.2): the tag is the hash of the answer's bytes.
enum EntityTag {
    /// An answer of JSON: 304 where the client has the same already.
    static func answer(_ body: [UInt8], known: String?) -> HTTPResponse {
        let tag = "\"\(BodyHash(hashing: body.span))\""
        let isKnown = known.map { matches($0, tag) } ?? false
        var response = HTTPResponse(status: isKnown ? 304 : 200, .json, body)
        // It is personal data, and changes at any time: kept by nobody else, and asked for again.
        response.headers = [("ETag", tag), ("Cache-Control", "private, no-cache")]
        return response
    }

    /// Whether a value of If-None-Match names the tag; `*` names all.
    static func matches(_ header: String, _ tag: String) -> Bool {
        // A tag of ours has no comma, so whatever else a list holds, it is cut at commas.
        header.split(separator: ",").contains { part in
            var part = part.drop { $0 == " " || $0 == "\t" }
            while part.last == " " || part.last == "\t" { part.removeLast() }
            if part.hasPrefix("W/") { part = part.dropFirst(2) }
            return part == "*" || part == tag
        }
    }
}
