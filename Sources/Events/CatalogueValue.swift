internal import FoundationEssentials

/// A value of a catalogue file, before it is known to be right.
enum CatalogueValue: Decodable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([CatalogueValue])
    case table([String: CatalogueValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([CatalogueValue].self) {
            self = .list(value)
        } else {
            self = .table(try container.decode([String: CatalogueValue].self))
        }
    }

    /// Reads JSON5, or says why it is none.
    static func read(_ json5: [UInt8]) -> Result<CatalogueValue, CatalogueSyntaxError> {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            return .success(try decoder.decode(CatalogueValue.self, from: Data(json5)))
        } catch DecodingError.dataCorrupted(let context) {
            let cause = context.underlyingError.map { " (\($0))" } ?? ""
            return .failure(CatalogueSyntaxError(description: context.debugDescription + cause))
        } catch {
            return .failure(CatalogueSyntaxError(description: String(describing: error)))
        }
    }

    /// The value as it is shown in a message.
    var shown: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .number(let value): Int(exactly: value)?.description ?? value.description
        case .text(let value): "\"\(value)\""
        case .list: "a list"
        case .table: "a table"
        }
    }
}

/// Why a catalogue file is no JSON5.
struct CatalogueSyntaxError: Error, CustomStringConvertible {
    let description: String
}
