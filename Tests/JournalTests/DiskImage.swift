import Files
import Glibc

/// What a disk holds, in memory: what programs see, and what a loss of power leaves of it.
///
/// A file has what is seen, what is kept, and the changes that were not synced: of these a loss of
/// power keeps any sectors, whatever their order. So it is with names: what was not synced of a
/// folder is kept or lost, entry by entry. A value: a copy is another disk.
struct DiskImage {
    static let sectorBytes = 512

    private enum Change {
        case write([UInt8], at: Int)
        case resize(Int)
    }

    private struct Node {
        var seen: [UInt8] = []
        var kept: [UInt8] = []
        var changes: [Change] = []
    }

    private enum NameChange {
        case made(String, Int)
        case renamed(String, to: String, Int)
        case removed(String)
    }

    private var nodes: [Node] = []
    private var names: [String: Int] = [:]
    private var keptNames: [String: Int] = [:]
    private var nameChanges: [NameChange] = []
    /// Bytes of all files that have a name.
    private(set) var usedBytes = 0

    // MARK: - Names

    var paths: [String] { names.keys.sorted() }

    func node(_ path: String) -> Int? { names[path] }

    mutating func make(_ path: String) -> Int {
        nodes.append(Node())
        names[path] = nodes.count - 1
        nameChanges.append(.made(path, nodes.count - 1))
        return nodes.count - 1
    }

    mutating func rename(_ path: String, to other: String) -> Bool {
        guard let node = names.removeValue(forKey: path) else { return false }
        if let replaced = names[other] { usedBytes -= nodes[replaced].seen.count }
        names[other] = node
        nameChanges.append(.renamed(path, to: other, node))
        return true
    }

    mutating func remove(_ path: String) -> Bool {
        guard let node = names.removeValue(forKey: path) else { return false }
        usedBytes -= nodes[node].seen.count
        nameChanges.append(.removed(path))
        return true
    }

    mutating func syncNames() {
        for change in nameChanges { keep(change) }
        nameChanges.removeAll()
    }

    private mutating func keep(_ change: NameChange) {
        switch change {
        case .made(let path, let node): keptNames[path] = node
        case .removed(let path): keptNames[path] = nil
        case .renamed(let path, let other, let node):
            keptNames[path] = nil
            keptNames[other] = node
        }
    }

    // MARK: - Bytes

    func size(_ node: Int) -> Int { nodes[node].seen.count }

    func read(_ node: Int, into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) -> Int {
        let count = max(0, min(range.count, nodes[node].seen.count - offset))
        buffer.copy(nodes[node].seen, offset..<offset + count, to: range.lowerBound)
        return count
    }

    mutating func write(_ bytes: [UInt8], to node: Int, at offset: Int) {
        guard !bytes.isEmpty else { return }
        let end = offset + bytes.count
        if end > nodes[node].seen.count {
            usedBytes += end - nodes[node].seen.count
            nodes[node].seen.resize(to: end)
        }
        nodes[node].seen.copy(bytes, 0..<bytes.count, to: offset)
        nodes[node].changes.append(.write(bytes, at: offset))
    }

    mutating func resize(_ node: Int, to size: Int) {
        usedBytes += size - nodes[node].seen.count
        nodes[node].seen.resize(to: size)
        nodes[node].changes.append(.resize(size))
    }

    mutating func sync(_ node: Int) {
        for change in nodes[node].changes {
            switch change {
            case .resize(let size): nodes[node].kept.resize(to: size)
            case .write(let bytes, let offset):
                let end = offset + bytes.count
                if end > nodes[node].kept.count { nodes[node].kept.resize(to: end) }
                nodes[node].kept.copy(bytes, 0..<bytes.count, to: offset)
            }
        }
        nodes[node].changes.removeAll()
        nodes[node].kept.resize(to: nodes[node].seen.count)
    }

    /// As a failed sync leaves it: part of what was written is kept, and the rest counts as clean
    /// from then on, so that no later sync writes it.
    mutating func failSync(_ node: Int, _ generator: inout some RandomNumberGenerator) {
        keepSome(node, &generator)
    }

    // MARK: - Loss of power

    /// Keeps what was synced and any part of the rest; that is what is seen from then on.
    mutating func losePower(_ generator: inout some RandomNumberGenerator) {
        let odds = Odds(&generator)
        // A file system that keeps a log of its names loses the last of them only.
        let isInOrder = Bool.random(using: &generator)
        for change in nameChanges {
            if odds.keeps(&generator) { keep(change) } else if isInOrder { break }
        }
        nameChanges.removeAll()
        names = keptNames
        let named = Set(names.values)
        for node in nodes.indices {
            if named.contains(node) { keepSome(node, &generator) } else { nodes[node] = Node() }
            nodes[node].seen = nodes[node].kept
        }
        usedBytes = nodes.reduce(0) { $0 + $1.seen.count }
    }

    /// How much is kept: nothing, everything, or each piece with some chance.
    private struct Odds {
        private let percent: Int

        init(_ generator: inout some RandomNumberGenerator) {
            let choices = [0, 100, 10, 50, 90]
            percent = choices[Int.random(in: 0..<choices.count, using: &generator)]
        }

        func keeps(_ generator: inout some RandomNumberGenerator) -> Bool {
            switch percent {
            case 0: false
            case 100: true
            default: Int.random(in: 0..<100, using: &generator) < percent
            }
        }
    }

    private mutating func keepSome(
        _ node: Int, _ generator: inout some RandomNumberGenerator
    ) {
        let changes = nodes[node].changes
        nodes[node].changes.removeAll()
        guard !changes.isEmpty else { return }
        let odds = Odds(&generator)
        for change in changes {
            switch change {
            case .resize(let size):
                if odds.keeps(&generator) { nodes[node].kept.resize(to: size) }
            case .write(let bytes, let offset):
                keepSome(of: bytes, at: offset, node, odds, &generator)
            }
        }
    }

    private mutating func keepSome(
        of bytes: [UInt8], at offset: Int, _ node: Int, _ odds: Odds,
        _ generator: inout some RandomNumberGenerator
    ) {
        var end = offset + bytes.count
        if end > nodes[node].kept.count {
            // The size may be kept without the bytes, never the bytes without the size.
            if odds.keeps(&generator) {
                nodes[node].kept.resize(to: end)
            } else {
                end = nodes[node].kept.count
            }
        }
        var start = offset
        while start < end {
            let next = min(end, (start / Self.sectorBytes + 1) * Self.sectorBytes)
            if odds.keeps(&generator) {
                nodes[node].kept.copy(bytes, start - offset..<next - offset, to: start)
            }
            start = next
        }
    }
}

extension [UInt8] {
    /// Puts a part of the other bytes here, in one go: byte by byte a debug build takes for ever.
    fileprivate mutating func copy(_ other: [UInt8], _ range: Range<Int>, to offset: Int) {
        guard !range.isEmpty else { return }
        precondition(range.upperBound <= other.count && offset + range.count <= count, "outside")
        unsafe withUnsafeMutableBytes { target in
            unsafe other.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    /// The same bytes; in one go as well.
    func isSame(as other: [UInt8]) -> Bool {
        count == other.count
            && (unsafe withUnsafeBytes { one in
                unsafe other.withUnsafeBytes { other in
                    guard let one = one.baseAddress, let other = other.baseAddress else {
                        return true
                    }
                    return unsafe memcmp(one, other, count) == 0
                }
            })
    }

    /// Cuts it, or lets it grow with zeros.
    fileprivate mutating func resize(to size: Int) {
        if size < count {
            removeLast(count - size)
        } else if size > count {
            let old = self
            unsafe self = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                unsafe buffer.baseAddress.map { unsafe _ = memset($0, 0, size) }
                count = size
            }
            copy(old, 0..<old.count, to: 0)
        }
    }
}
