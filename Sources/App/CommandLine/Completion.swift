/// Scripts that teach a shell the commands and their options, made from the command table.
struct Completion {
    let commands: [Command]

    func script(for shell: String) -> String {
        switch shell {
        case "bash": bash
        case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash
        default: fish
        }
    }

    /// What may follow these words: `""` -> commands, `state` -> `get history ...`.
    private var followers: [(String, [String])] {
        var followers: [String: [String]] = [:]
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            for index in words.indices {
                let before = words[..<index].joined(separator: " ")
                if followers[before]?.contains(words[index]) != true {
                    followers[before, default: []].append(words[index])
                }
            }
            followers[command.name, default: []] += command.allOptions.map(\.name)
        }
        return followers.sorted { $0.key < $1.key }
    }

    private var bash: String {
        let cases = followers.map { words, next in
            "        \"\(words)\") next=\"\(next.joined(separator: " "))\" ;;"
        }.joined(separator: "\n")
        return """
            _hookline() {
                local words=() word next=""
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    [[ $word == -* ]] && break
                    [ ${#words[@]} -lt 2 ] && words+=("$word")
                done
                case "${words[*]}" in
            \(cases)
                    *) case "${words[0]:-}" in
                    "") ;;
                    *) words=("${words[0]}") ;;
                    esac ;;
                esac
                COMPREPLY=($(compgen -W "$next" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _hookline hookline

            """
    }

    private var fish: String {
        var lines = ["complete -c hookline -f"]
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            let summary = command.summary.replacing("'", with: "")
            if words.count == 1 {
                lines.append(
                    "complete -c hookline -n __fish_use_subcommand -a \(words[0]) -d '\(summary)'")
            } else {
                lines.append("complete -c hookline -n __fish_use_subcommand -a \(words[0])")
                lines.append(
                    "complete -c hookline -n '__fish_seen_subcommand_from \(words[0])' "
                        + "-a \(words[1]) -d '\(summary)'")
            }
            for option in command.allOptions {
                let takes = option.placeholder.isEmpty ? "" : " -r"
                let help = option.help.replacing("'", with: "")
                lines.append(
                    "complete -c hookline -n '__fish_seen_subcommand_from \(words[0])' "
                        + "-l \(option.name.dropFirst(2))\(takes) -d '\(help)'")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
