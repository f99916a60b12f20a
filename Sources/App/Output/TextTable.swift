/// Rows in columns as wide as their widest cell; numbers to the right.
struct TextTable {
    let titles: [String]
    private(set) var rows: [[String]] = []

    init(_ titles: String...) {
        self.titles = titles
    }

    mutating func add(_ cells: String...) {
        precondition(cells.count == titles.count, "a row has a cell for each title")
        rows.append(cells)
    }

    func text(_ paint: Paint) -> String {
        let widths = titles.indices.map { column in
            max(titles[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        let isNumeric = titles.indices.map { column in
            let cells = rows.map { $0[column] }.filter { $0 != "-" }
            return !cells.isEmpty && cells.allSatisfy { $0.allSatisfy(\.isNumber) }
        }
        let line = { (cells: [String]) in
            var text = ""
            for (column, cell) in cells.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                let isLast = column == cells.count - 1
                text += isNumeric[column] ? gap + cell : cell + (isLast ? "" : gap)
                text += isLast ? "\n" : "  "
            }
            return text
        }
        // The newline stays outside the colour.
        return paint.bold(String(line(titles).dropLast())) + "\n" + rows.map(line).joined()
    }
}
