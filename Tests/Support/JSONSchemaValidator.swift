/// A real validator of JSON Schemas: the one of the distribution, run by `Tests/validate`.
package enum JSONSchemaValidator {
    /// Debian's own interpreter, which has Debian's packages whatever comes first on PATH.
    private static let python = "/usr/bin/python3"

    /// Why nothing can be validated here, nil if it can: for `.enabled(if:)` and its comment.
    package static let whyNot: String? = {
        let probe = try? RunningProcess.run(python, ["-c", "import jsonschema"])
        return probe?.end == .exited(0) ? nil : "no python3-jsonschema for \(python)"
    }()

    /// Whether something can be validated here.
    package static var isAvailable: Bool { whyNot == nil }

    /// What is wrong with the documents, a line for each that is not valid: its number, the place
    /// in it, the reason.
    ///
    /// With a pointer, such as `/components/schemas/x`, the schema is what stands there.
    package static func complaints(
        about documents: [[UInt8]], schema: [UInt8], at pointer: String? = nil
    ) throws -> [String] {
        let folder = try TemporaryDirectory()
        try FileSystem.write(
            String(decoding: schema, as: UTF8.self), to: folder.file("schema.json"))
        let list = documents.joined(separator: [UInt8(ascii: ",")])
        try FileSystem.write(
            "[\(String(decoding: Array(list), as: UTF8.self))]", to: folder.file("documents.json"))
        let result = try RunningProcess.run(
            python,
            [
                "\(SourceTree.top)/Tests/validate", folder.file("schema.json"),
                folder.file("documents.json"),
            ] + (pointer.map { [$0] } ?? []), upTo: .seconds(120))
        switch result.end {
        case .exited(0), .exited(1): return result.output.split(separator: "\n").map(String.init)
        default: throw TimedOut(description: "\(result.end): \(result.output)\(result.errors)")
        }
    }
}
