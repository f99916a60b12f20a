/// Reads the sources for the parts, and keeps what was asked for and what is wrong.
///
/// Every part reads its section, then `problems()` gives all that is wrong at once: what the parts
/// found, and each setting that nobody asked for.
package final class ConfigurationReader {
    /// A setting that a part asked for, as it counts.
    package struct Setting: Sendable, Equatable {
        /// Its path.
        package let path: String
        /// What counts.
        package let value: ConfigurationValue
        /// Who set it.
        package let origin: ConfigurationOrigin
        /// What counts where nobody sets it.
        package let standard: ConfigurationValue

        /// A setting as it counts; a secret is given as `***`.
        package init(
            path: String, value: ConfigurationValue, origin: ConfigurationOrigin,
            standard: ConfigurationValue
        ) {
            self.path = path
            self.value = value
            self.origin = origin
            self.standard = standard
        }

        /// Whether it is not as it would be by itself.
        package var isChanged: Bool { value != standard }
    }

    let sources: ConfigurationSources
    private var found: [ConfigurationProblem] = []
    private var asked: [String: Setting] = [:]
    private var order: [String] = []
    private var sections: Set<String> = []
    private var dictionaries: Set<String> = []
    private var former: Set<String> = []
    /// Settings that were given and have no effect any longer, with the reason: one sentence each.
    package private(set) var notices: [String] = []

    /// Nothing is read yet.
    package init(_ sources: ConfigurationSources) {
        self.sources = sources
    }

    /// The whole of it.
    package var root: ConfigurationSection {
        guard let file = sources.file else {
            return ConfigurationSection(reader: self, path: "", members: [:])
        }
        guard case .object(let members) = file.value else {
            report(
                ConfigurationProblem(
                    path: file.path, value: nil, origin: nil,
                    complaint: "must hold an object: { ... }"))
            return ConfigurationSection(reader: self, path: "", members: [:])
        }
        return ConfigurationSection(reader: self, path: "", members: members)
    }

    /// Every setting that was asked for, in the order of asking.
    package var settings: [Setting] {
        order.compactMap { asked[$0] }
    }

    /// All that is wrong: what the parts reported, then what nobody knows.
    package func problems() -> [ConfigurationProblem] {
        var problems = found
        if let file = sources.file, case .object(let members) = file.value {
            problems += unknown(in: members, at: "", origin: .file(file.path))
        }
        return problems + unknownVariables() + unknownFlags()
    }

    func report(_ problem: ConfigurationProblem) {
        // Two parts may read one setting: its problem is told once.
        guard !found.contains(problem) else { return }
        found.append(problem)
    }

    func note(_ setting: Setting) {
        if asked.updateValue(setting, forKey: setting.path) == nil { order.append(setting.path) }
    }

    func noteSection(_ path: String) {
        sections.insert(path)
    }

    func noteFormer(_ path: String, notice: String?) {
        guard former.insert(path).inserted, let notice else { return }
        notices.append(notice)
    }

    func noteDictionary(_ path: String) {
        dictionaries.insert(path)
    }

    private func unknown(
        in members: [String: ConfigurationValue], at path: String, origin: ConfigurationOrigin
    ) -> [ConfigurationProblem] {
        members.sorted { $0.key < $1.key }.flatMap { name, value in
            let name = name.isEmpty ? "\"\"" : name
            let path = path.isEmpty ? name : "\(path).\(name)"
            if asked[path] != nil || former.contains(path) { return [] as [ConfigurationProblem] }
            guard sections.contains(path) else {
                return [unknown(path, origin, hint: nearestPath(to: path))]
            }
            switch value {
            case .object(let members): return unknown(in: members, at: path, origin: origin)
            case .array(let values):
                return values.enumerated().flatMap { index, value in
                    guard case .object(let members) = value else {
                        return [] as [ConfigurationProblem]
                    }
                    return unknown(in: members, at: "\(path)[\(index)]", origin: origin)
                }
            default: return []
            }
        }
    }

    private func unknownVariables() -> [ConfigurationProblem] {
        let known = Set(order.map(ConfigurationSources.variable))
        let former = Set(former.map(ConfigurationSources.variable))
        return sources.environment.keys.sorted().filter {
            !known.contains($0) && !former.contains($0)
        }.map { name in
            unknown(name, nil, hint: Suggestion.nearest(to: name, in: known))
        }
    }

    private func unknownFlags() -> [ConfigurationProblem] {
        sources.flags.filter { flag in
            asked[flag.path] == nil && !former.contains(flag.path)
                && !dictionaries.contains { flag.path.hasPrefix($0 + ".") }
        }.map { unknown($0.path, .flag($0.option), hint: nearestPath(to: $0.path)) }
    }

    private func unknown(
        _ path: String, _ origin: ConfigurationOrigin?, hint: String?
    ) -> ConfigurationProblem {
        let hint = hint.map { ", did you mean \($0)?" } ?? ""
        return ConfigurationProblem(
            path: path, value: nil, origin: origin, complaint: "no such setting\(hint)")
    }

    /// A neighbour in the same section first: a name typed in the wrong place is rarer than a slip.
    private func nearestPath(to path: String) -> String? {
        let split = path.split(separator: ".")
        let parent = split.dropLast().joined(separator: ".")
        let known = order + sections.sorted()
        let siblings = known.filter {
            $0.split(separator: ".").dropLast().joined(separator: ".") == parent
        }
        let last = { (path: String) in String(path.split(separator: ".").last ?? "") }
        if let name = Suggestion.nearest(to: last(path), in: siblings.map(last)) {
            return parent.isEmpty ? name : "\(parent).\(name)"
        }
        return known.first { last($0) == last(path) } ?? Suggestion.nearest(to: path, in: known)
    }
}
