import Support

/// What is fuzzed: each takes any bytes, and throws where something does not hold.
enum FuzzTarget: String, CaseIterable {
    /// The scan of a body, against a model of the envelope's rules.
    case envelope
    /// The journal's batches, records and checkpoints.
    case codec
    /// A journal's folder after damage, through recovery.
    case recovery
    /// A catalogue file.
    case catalogue
    /// A configuration file.
    case configuration

    func check(_ bytes: [UInt8]) throws {
        switch self {
        case .envelope: try EnvelopeCheck.run(bytes)
        case .codec: try CodecCheck.run(bytes)
        case .recovery: try RecoveryCheck.run(bytes)
        case .catalogue: try CatalogueCheck.run(bytes)
        case .configuration: try ConfigurationCheck.run(bytes)
        }
    }
}

/// Something that must hold and does not.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

/// Throws where the condition does not hold.
func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Broken) {
    if !condition { throw Broken(description: what()) }
}

/// Throws where the two are not equal.
func same<Value: Equatable>(
    _ one: Value, _ other: Value, _ what: @autoclosure () -> String
) throws(Broken) {
    if one != other { throw Broken(description: "\(what()): \(one), and \(other)") }
}

/// What libFuzzer calls; `FUZZ_TARGET` says which target it is for.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let target = Environment["FUZZ_TARGET"].flatMap(FuzzTarget.init(rawValue:)) else {
        fatalError("FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue))")
    }
    do {
        try target.check(bytes)
    } catch {
        fatalError("\(error)")
    }
    return 0
}
