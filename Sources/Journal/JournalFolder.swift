internal import Files

/// Which files a journal's folder holds.
///
/// ```
/// lock                    who writes; holds the process id
/// journal                 the journal's random id
/// 0000000007.segment      batches; the numbers of those in use have no gap
/// publish.0 publish.1     checkpoint of the publisher, written in turn
/// ids                     the dedup index, a ring of chunks
/// ids.0 ids.1             the dedup index as version 0.1.0 had it; the next start takes it over
/// torn-0000000007-8192    what a recovery cut off, kept for a person to look at
/// ```
struct JournalFolder: Sendable {
    let path: String
    let files: any FileLayer

    static let suffix = ".segment"
    static let tornPrefix = "torn-"

    var lock: String { "\(path)/lock" }
    var identity: String { "\(path)/journal" }

    var ids: String { "\(path)/ids" }

    func segment(_ number: UInt64) -> String {
        "\(path)/\(Self.name(number))"
    }

    func checkpoint(_ name: String, _ index: Int) -> String {
        "\(path)/\(name).\(index)"
    }

    /// A name that is free: a crash while one was cut leaves that one as it is.
    func torn(_ number: UInt64, offset: Int) throws(FileError) -> String {
        let name = Self.tornPrefix + "\(Self.digits(number))-\(offset)"
        let others = try files.list(path).filter { $0.hasPrefix(name) }.count
        return "\(path)/\(name)" + (others == 0 ? "" : ".\(others + 1)")
    }

    /// The copies of torn batches that recoveries kept aside, by name, with their bytes.
    func torn() throws(FileError) -> [JournalFiles.Torn] {
        var torn: [JournalFiles.Torn] = []
        for name in try files.list(path) where name.hasPrefix(Self.tornPrefix) {
            do throws(FileError) {
                let file = try files.open("\(path)/\(name)", .read)
                torn.append(JournalFiles.Torn(name: name, bytes: try file.size()))
            } catch {
                // A person may have removed it meanwhile.
                guard error.isMissing else { throw error }
            }
        }
        return torn
    }

    /// Bytes of these copies.
    func tornBytes() throws(FileError) -> Int {
        try torn().reduce(0) { $0 + $1.bytes }
    }

    static func name(_ number: UInt64) -> String { digits(number) + suffix }

    private static func digits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }

    /// The numbers of the segments that are there, ascending.
    func segments() throws(FileError) -> [UInt64] {
        try files.list(path).compactMap { name in
            guard name.hasSuffix(Self.suffix) else { return nil }
            return UInt64(name.dropLast(Self.suffix.count))
        }.sorted()
    }

    /// The journal's id, made where the folder has no journal yet.
    func journalID(isNew: Bool) throws(JournalError) -> JournalID {
        if let bytes = try contentsIfAny(of: identity) {
            guard let id = IdentityFormat.read(bytes.span) else {
                throw .damaged(path: identity, reason: "its checksum does not fit")
            }
            return id
        }
        guard isNew else {
            throw .damaged(path: identity, reason: "it is missing, and there are segments")
        }
        let id = JournalID.random()
        try JournalError.wrap { () throws(FileError) in
            try files.replace(identity, with: IdentityFormat.bytes(id))
        }
        return id
    }

    private func contentsIfAny(of path: String) throws(JournalError) -> [UInt8]? {
        do {
            return try files.contents(of: path)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }
}

/// The file that holds the journal's id.
///
/// ```
///  0  8 bytes  "HkLnJrnl"
///  8  2 x u64  the id
/// 24  u32  CRC32C of what is before
/// ```
enum IdentityFormat {
    private static let magic: UInt64 = 0x6C6E_724A_6E4C_6B48
    private static let size = 28

    static func bytes(_ id: JournalID) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        bytes.store(magic, at: 0)
        bytes.store(id.high, at: 8)
        bytes.store(id.low, at: 16)
        bytes.store(bytes.span.extracting(0..<24).crc32c(), at: 24)
        return bytes
    }

    static func read(_ bytes: Span<UInt8>) -> JournalID? {
        guard bytes.count == size, bytes.integer(at: 0) == magic,
            bytes.integer(at: 24) == bytes.extracting(0..<24).crc32c()
        else { return nil }
        return JournalID(high: bytes.integer(at: 8), low: bytes.integer(at: 16))
    }
}

extension JournalError {
    /// Runs the closure, and makes what the file system refused an error of the journal.
    static func wrap<R>(_ body: () throws(FileError) -> R) throws(JournalError) -> R {
        do {
            return try body()
        } catch {
            throw .file(error)
        }
    }
}
