import Support

/// Which target may import which: the architecture, in a table.
enum ImportRules {
    /// Beside these, every target may import those of `below`, and `App` everything.
    static let table: [String: Set<String>] = [
        "Threads": ["CThreads"],
        "JSON": ["CSimdjson"],
        "Telemetry": ["JSON"],
        "Configuration": ["JSON"],
        "Files": ["CChecksum"],
        "Events": ["CXXHash", "JSON"],
        "HTTP": ["CMicrohttpd", "JSON"],
        "HTTPClient": ["CCurl"],
        "Journal": ["Events", "Files"],
        "Ingress": ["Events", "HTTP", "JSON", "Journal"],
        "Kafka": ["CRdkafka"],
        "Publisher": ["Events", "JSON", "Journal", "Kafka"],
        "Projection": ["Events", "JSON"],
        "SQLite": ["CSQLite"],
        "Store": ["Events", "Files", "JSON", "Projection", "SQLite"],
        "Consumer": ["Events", "Files", "JSON", "Kafka", "Projection", "Store"],
        "Replay": ["Consumer", "Events", "Files", "JSON", "Kafka", "Projection", "Store"],
        "Query": ["Events", "HTTP", "JSON", "Kafka", "Projection", "Store"],
        "Management": ["HTTP", "JSON"],
        "Simulator": ["Events", "HTTPClient", "JSON"],
    ]

    /// They stand below all others.
    static let below: Set = ["Configuration", "Telemetry", "Threads"]

    /// The modules of the toolchain that may be used, by all and by some.
    static let toolchain: Set = ["Swift", "Synchronization"]
    static let glibc = WordRules.unsafeTargets
    static let foundationEssentials: Set = ["Configuration", "Events"]

    /// The only target that imports the C target.
    static let faces: [String: String] = Dictionary(
        uniqueKeysWithValues: table.flatMap { target, imports in
            imports.filter(isC).map { ($0, target) }
        })

    static func isC(_ target: String) -> Bool {
        target.hasPrefix("C") && target.dropFirst().first?.isUppercase == true
    }

    /// What a target may import of the package's own.
    static func allowed(_ target: String) -> Set<String>? {
        guard target != "App" else {
            return Set(table.keys)
        }
        return table[target].map { $0.union(below).subtracting([target]) }
    }

    /// The imports of a file of the product against the table and against the manifest.
    static func check(_ code: SwiftCode, _ manifest: Manifest) -> [Finding] {
        guard let allowed = allowed(code.target) else {
            return [code.finding("\(code.target) is not in the import table", at: 1)]
        }
        return imports(of: code).compactMap { module, line in
            if isOwn(module) {
                if !allowed.contains(module) {
                    return code.finding("\(code.target) may not import \(module)", at: line)
                }
                if manifest.dependencies[code.target]?.contains(module) != true {
                    return code.finding(
                        "Package.swift does not list \(module) for \(code.target)", at: line)
                }
                return nil
            }
            return mayUse(module, code.target)
                ? nil : code.finding("\(code.target) may not import \(module)", at: line)
        }
    }

    /// Foundation stays out of the tests too, and C stays behind its face.
    static func checkTests(_ code: SwiftCode) -> [Finding] {
        imports(of: code).compactMap { module, line in
            guard module == "Foundation" || isC(module) else { return nil }
            return code.finding("tests may not import \(module)", at: line)
        }
    }

    private static func isOwn(_ module: String) -> Bool {
        table[module] != nil || faces[module] != nil || module == "App"
    }

    private static func mayUse(_ module: String, _ target: String) -> Bool {
        switch module {
        case "Glibc": glibc.contains(target)
        case "FoundationEssentials": foundationEssentials.contains(target)
        default: toolchain.contains(module)
        }
    }

    /// The modules that a file imports, each with its line.
    static func imports(of code: SwiftCode) -> [(module: String, line: Int)] {
        let kinds: Set = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
        return code.tokens.indices.compactMap { index in
            guard code.matches(["import"], at: index), var module = code.token(at: index + 1) else {
                return nil
            }
            if kinds.contains(module.text), let next = code.token(at: index + 2) { module = next }
            return (module.text, module.line)
        }
    }
}
