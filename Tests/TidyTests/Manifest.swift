import Support

/// What Package.swift says of the product's targets, read as text.
struct Manifest {
    /// Each Swift target of the product with the targets it depends on.
    let dependencies: [String: Set<String>]
    /// The packages of the distribution that its system libraries name.
    let aptPackages: Set<String>

    init(_ file: SourceFile) {
        let code = SwiftCode(file)
        var dependencies: [String: Set<String>] = [:]
        var packages: Set<String> = []
        for index in code.tokens.indices {
            if code.matches(["part", "("], at: index), let (name, list) = code.target(at: index) {
                dependencies[name] = list
            }
            if code.matches([".", "executableTarget", "("], at: index),
                let (name, list) = code.target(at: index)
            {
                dependencies[name] = list
            }
            if code.matches(["apt", ":"], at: index), let name = code.token(at: index + 2),
                name.kind == .string
            {
                packages.insert(name.text)
            }
        }
        self.dependencies = dependencies
        aptPackages = packages
    }

    /// What the manifest allows beyond the table, and what it lists for nothing.
    func check(imports: [String: Set<String>]) -> [Finding] {
        var found: [String] = []
        for (target, list) in dependencies {
            guard let allowed = ImportRules.allowed(target) else {
                found.append("\(target) is not in the import table")
                continue
            }
            for name in list.subtracting(allowed) {
                found.append("\(target) may not depend on \(name)")
            }
            for name in list.subtracting(imports[target] ?? []) {
                found.append("\(target) depends on \(name) and does not import it")
            }
        }
        found += cycles().map { "a cycle: \($0.joined(separator: " -> "))" }
        return found.sorted().map { Finding(path: "Package.swift", line: 1, rule: $0) }
    }

    /// The rows of a table of targets (name, what it is, imports) that do not say what is so.
    func check(table file: SourceFile) -> [Finding] {
        var found: [Finding] = []
        var told: Set<String> = []
        var isTable = false
        for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let cells = line.split(separator: "|")
            isTable = line.hasPrefix("| target ") || isTable && line.hasPrefix("|")
            guard isTable, cells.count == 3, let name = quoted(cells[0]).first else { continue }
            told.insert(name)
            let expected = (dependencies[name] ?? []).subtracting(ImportRules.below)
            guard name != "App", Set(quoted(cells[2])) != expected else { continue }
            let rule = "\(name) imports \(expected.sorted().joined(separator: ", "))"
            found.append(Finding(path: file.path, line: index + 1, rule: rule))
        }
        return found
            + Set(dependencies.keys).symmetricDifference(told).sorted().map {
                Finding(path: file.path, line: 1, rule: "\($0) stands in one of table and manifest")
            }
    }

    private func quoted(_ cell: Substring) -> [String] {
        let pieces = cell.split(separator: "`", omittingEmptySubsequences: false)
        return pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }
    }

    /// The ways that lead from a target back to it, each told once.
    func cycles() -> [[String]] {
        var found: [[String]] = []
        var done: Set<String> = []
        func visit(_ target: String, _ way: [String]) {
            if let start = way.firstIndex(of: target) {
                found.append(Array(way[start...]) + [target])
                return
            }
            guard !done.contains(target) else { return }
            for next in (dependencies[target] ?? []).sorted() { visit(next, way + [target]) }
            done.insert(target)
        }
        for target in dependencies.keys.sorted() { visit(target, []) }
        return found
    }
}

extension SwiftCode {
    /// The first string after a call, which is the target's name, and the strings of the first list.
    fileprivate func target(at index: Int) -> (String, Set<String>)? {
        guard let open = tokens[index...].firstIndex(where: { $0.text == "(" }),
            let close = end(of: open),
            let name = tokens[open..<close].first(where: { $0.kind == .string })
        else { return nil }
        guard let start = tokens[open..<close].firstIndex(where: { $0.text == "[" }),
            let stop = tokens[start..<close].firstIndex(where: { $0.text == "]" })
        else { return (name.text, []) }
        return (name.text, Set(tokens[start..<stop].filter { $0.kind == .string }.map(\.text)))
    }

    /// The parenthesis that closes the one at the index.
    private func end(of open: Int) -> Int? {
        var depth = 0
        for index in open..<tokens.count where tokens[index].kind == .mark {
            if tokens[index].text == "(" { depth += 1 }
            if tokens[index].text == ")" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
