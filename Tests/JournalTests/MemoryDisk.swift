import Files
import Glibc
import Support

/// A disk in memory that can lose power at any call, run full, and fail, all from a seed.
///
/// For one thread. Before each call it lets `interlude` run, so that another part of the program
/// can work between two calls of one.
final class MemoryDisk: FileLayer, @unchecked Sendable {
    // Safe because: a simulation is one thread, and no disk is part of two.
    private(set) var image: DiskImage
    private var generator: SeededGenerator
    /// How many calls were made.
    private(set) var calls = 0
    /// The power goes at this call; nothing works from then on.
    var stopsAt = Int.max
    /// The same at the next call of this kind.
    var stopsOn: (operation: FileOperation, path: String)?
    private(set) var isDown = false
    /// Bytes that all files may have.
    var capacity = Int.max
    /// Chance that a call fails with EIO, in thousandths.
    var faults = 0
    /// Chance that a sync finds that its writing back has failed, in hundredths.
    var syncFaults = 0
    /// What the kernel has still to report of each file.
    private var errors: [Int: WritebackErrors] = [:]
    /// How many did.
    private(set) var failed = 0
    var interlude: ((FileOperation, String) -> Void)?
    /// Which process has the files open: what an earlier one held is closed.
    private var life = 0
    private var locks: [Int: [ObjectIdentifier: LockMode]] = [:]

    /// Write-back errors of a file, as Linux keeps them (`errseq_t`): each open file description
    /// is told of the latest one once, whoever's bytes were lost.
    private struct WritebackErrors {
        var count = 0
        var code: Int32 = EIO
        /// Whether anybody was told; until then, whoever opens the file is told too.
        var isSeen = true
    }

    init(_ image: DiskImage = DiskImage(), seed: Int) {
        self.image = image
        generator = SeededGenerator(seed: seed)
    }

    // MARK: - The ends of a process

    /// The process is gone, and what it wrote is still there.
    func endProcess() {
        life += 1
        locks.removeAll()
        isDown = false
        stopsAt = .max
        stopsOn = nil
    }

    /// The power goes: what was not synced is kept or not.
    func losePower() {
        endProcess()
        errors.removeAll()
        image.losePower(&generator)
    }

    /// Nothing fails any longer, and nothing is left to report.
    func recover() {
        capacity = .max
        faults = 0
        syncFaults = 0
        errors.removeAll()
    }

    // MARK: - Calls

    private func begin(_ operation: FileOperation, _ path: String) throws(FileError) {
        interlude?(operation, path)
        calls += 1
        if calls >= stopsAt { isDown = true }
        if let stop = stopsOn, stop.operation == operation, path.contains(stop.path) {
            stopsOn = nil
            // Before this call, or before the one after it.
            if Bool.random(using: &generator) { isDown = true } else { stopsAt = calls + 1 }
        }
        if isDown { throw .failed(operation, path: path, code: EIO) }
        if faults > 0, operation != .size, operation != .lock,
            Int.random(in: 0..<1000, using: &generator) < faults
        {
            failed += 1
            throw .failed(operation, path: path, code: EIO)
        }
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        try begin(.open, path)
        if let node = image.node(path) {
            let known = errors[node].map { $0.isSeen ? $0.count : 0 } ?? 0
            return MemoryFile(path, node, self, life, knownErrors: known)
        }
        guard mode == .create else { throw .failed(.open, path: path, code: ENOENT) }
        return MemoryFile(path, image.make(path), self, life, knownErrors: 0)
    }

    /// There is one folder, which is there.
    func createFolder(_ path: String) throws(FileError) {
        try begin(.createFolder, path)
    }

    func list(_ folder: String) throws(FileError) -> [String] {
        try begin(.list, folder)
        return image.paths.map { String($0.dropFirst(folder.count + 1)) }
    }

    func rename(_ path: String, to other: String) throws(FileError) {
        try begin(.rename, path)
        guard image.rename(path, to: other) else {
            throw .failed(.rename, path: path, code: ENOENT)
        }
    }

    func remove(_ path: String) throws(FileError) {
        try begin(.remove, path)
        guard image.remove(path) else { throw .failed(.remove, path: path, code: ENOENT) }
    }

    func syncFolder(_ path: String) throws(FileError) {
        try begin(.sync, path)
        image.syncNames()
    }

    func freeBytes(_ path: String) throws(FileError) -> Int {
        try begin(.freeSpace, path)
        return max(0, capacity - image.usedBytes)
    }

    // MARK: - Calls of a file

    fileprivate func check(_ file: MemoryFile) {
        precondition(file.life == life, "a process that has ended uses \(file.path)")
    }

    fileprivate func size(_ file: MemoryFile) throws(FileError) -> Int {
        try begin(.size, file.path)
        return image.size(file.node)
    }

    fileprivate func read(
        _ file: MemoryFile, into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int {
        try begin(.read, file.path)
        return image.read(file.node, into: &buffer, range, at: offset)
    }

    fileprivate func write(_ file: MemoryFile, _ bytes: [UInt8], at offset: Int) throws(FileError) {
        let wasDown = isDown
        do {
            try begin(.write, file.path)
        } catch {
            guard !wasDown else { throw error }
            // What the call had written when it failed.
            let sectors = bytes.count / DiskImage.sectorBytes
            let count = Int.random(in: 0...sectors, using: &generator) * DiskImage.sectorBytes
            image.write(Array(bytes[..<min(count, room(file, offset))]), to: file.node, at: offset)
            throw error
        }
        let room = room(file, offset)
        guard bytes.count > room else { return image.write(bytes, to: file.node, at: offset) }
        image.write(Array(bytes[..<room]), to: file.node, at: offset)
        throw .failed(.write, path: file.path, code: ENOSPC)
    }

    /// How many bytes can be written at this offset.
    private func room(_ file: MemoryFile, _ offset: Int) -> Int {
        guard capacity < .max else { return .max }
        return max(0, image.size(file.node) - offset) + max(0, capacity - image.usedBytes)
    }

    fileprivate func sync(_ file: MemoryFile) throws(FileError) {
        do {
            try begin(.sync, file.path)
        } catch {
            guard !isDown else { throw error }
            failWriteback(file.node, EIO)
        }
        if syncFaults > 0, Int.random(in: 0..<100, using: &generator) < syncFaults {
            failWriteback(file.node, Bool.random(using: &generator) ? ENOSPC : EIO)
        }
        image.sync(file.node)
        guard let found = errors[file.node], found.count != file.knownErrors else { return }
        file.knownErrors = found.count
        errors[file.node]?.isSeen = true
        throw .failed(.sync, path: file.path, code: found.code)
    }

    /// Loses some of what was written and not synced, by whichever description.
    private func failWriteback(_ node: Int, _ code: Int32) {
        image.failSync(node, &generator)
        failed += 1
        errors[node, default: WritebackErrors()].count += 1
        errors[node]?.code = code
        errors[node]?.isSeen = false
    }

    fileprivate func resize(
        _ operation: FileOperation, _ file: MemoryFile, to size: Int
    ) throws(FileError) {
        try begin(operation, file.path)
        guard size - image.size(file.node) <= max(0, capacity - image.usedBytes) else {
            throw .failed(operation, path: file.path, code: ENOSPC)
        }
        image.resize(file.node, to: size)
    }

    fileprivate func tryLock(_ file: MemoryFile, _ mode: LockMode) throws(FileError) -> Bool {
        try begin(.lock, file.path)
        let others = locks[file.node, default: [:]].filter { $0.key != ObjectIdentifier(file) }
        guard mode == .shared ? others.values.allSatisfy({ $0 == .shared }) : others.isEmpty else {
            return false
        }
        locks[file.node, default: [:]][ObjectIdentifier(file)] = mode
        return true
    }

    fileprivate func unlock(_ file: MemoryFile) {
        guard file.life == life else { return }
        locks[file.node]?[ObjectIdentifier(file)] = nil
    }
}

private final class MemoryFile: File, @unchecked Sendable {
    // Safe because: a simulation is one thread.
    let path: String
    let node: Int
    let life: Int
    /// How many of the file's write-back errors this description was told of.
    var knownErrors: Int
    private let disk: MemoryDisk

    init(_ path: String, _ node: Int, _ disk: MemoryDisk, _ life: Int, knownErrors: Int) {
        self.path = path
        self.node = node
        self.disk = disk
        self.life = life
        self.knownErrors = knownErrors
    }

    deinit { disk.unlock(self) }

    func size() throws(FileError) -> Int {
        disk.check(self)
        return try disk.size(self)
    }

    func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int {
        disk.check(self)
        return try disk.read(self, into: &buffer, range, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        disk.check(self)
        try disk.write(self, bytes.array(0..<bytes.count), at: offset)
    }

    func sync() throws(FileError) {
        disk.check(self)
        try disk.sync(self)
    }

    func truncate(to size: Int) throws(FileError) {
        disk.check(self)
        try disk.resize(.truncate, self, to: size)
    }

    func allocate(_ size: Int) throws(FileError) {
        disk.check(self)
        try disk.resize(.allocate, self, to: max(size, disk.image.size(node)))
    }

    func tryLock(_ mode: LockMode) throws(FileError) -> Bool {
        disk.check(self)
        return try disk.tryLock(self, mode)
    }

    func unlock() { disk.unlock(self) }
}
