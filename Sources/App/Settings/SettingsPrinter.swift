import Configuration
import JSON

/// Prints the settings that count, each with who set it; a secret is shown as `***`.
struct SettingsPrinter {
    let settings: [ConfigurationReader.Setting]

    /// A configuration file that says the same; who set a value stands beside it.
    func json5(_ paint: Paint) -> String {
        var tree = Branch()
        for setting in settings {
            tree.insert(setting, at: setting.path.split(separator: ".").map(String.init)[...])
        }
        return "{\n" + lines(of: tree, depth: 1, paint) + "}\n"
    }

    /// One object: the path of each setting, its value and who set it.
    func json() -> String {
        var writer = JSONWriter()
        writer.object { all in
            for setting in settings {
                all.object(setting.path) { one in
                    one.key("value")
                    one.raw(setting.value.json)
                    one.field("origin", setting.origin.description)
                }
            }
        }
        writer.newline()
        return writer.text
    }

    /// A section as it will be printed, in the order of asking.
    private struct Branch {
        var order: [String] = []
        var branches: [String: Branch] = [:]
        var leaves: [String: ConfigurationReader.Setting] = [:]

        mutating func insert(
            _ setting: ConfigurationReader.Setting, at path: ArraySlice<String>
        ) {
            guard let name = path.first else { return }
            if branches[name] == nil && leaves[name] == nil { order.append(name) }
            if path.count == 1 {
                leaves[name] = setting
            } else {
                branches[name, default: Branch()].insert(setting, at: path.dropFirst())
            }
        }
    }

    private func lines(of branch: Branch, depth: Int, _ paint: Paint) -> String {
        let indent = String(repeating: "  ", count: depth)
        let rows = branch.leaves.map { name, setting in
            (name, "\(indent)\(ConfigurationValue.name(name)): \(setting.value),")
        }
        let texts = Dictionary(uniqueKeysWithValues: rows)
        let width = min(texts.values.map(\.count).max() ?? 0, 56)
        return branch.order.map { name in
            guard let setting = branch.leaves[name], let text = texts[name] else {
                let inner = lines(of: branch.branches[name] ?? Branch(), depth: depth + 1, paint)
                return "\(indent)\(ConfigurationValue.name(name)): {\n\(inner)\(indent)},\n"
            }
            let gap = String(repeating: " ", count: max(0, width - text.count) + 2)
            return text + gap + paint.dim("// \(setting.origin)") + "\n"
        }.joined()
    }
}
