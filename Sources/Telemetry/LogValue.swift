/// A field's value in a log line.
package enum LogValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// A whole number beyond what `Int64` holds.
    case unsigned(UInt64)
    /// A number with a fraction.
    case number(Double)
    /// Yes or no.
    case boolean(Bool)

    /// A whole number of any width.
    package init(_ value: some BinaryInteger) {
        self = Int64(exactly: value).map(Self.integer) ?? .unsigned(UInt64(clamping: value))
    }

    /// Text.
    package init(_ value: String) {
        self = .string(value)
    }

    /// A length of time, in seconds.
    package init(_ value: Duration) {
        self = .number(value / .seconds(1))
    }

    /// What an error says of itself.
    package init(_ error: any Error) {
        self = .string(String(describing: error))
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// Text written in place.
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    /// A number written in place.
    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    /// A number written in place.
    package init(floatLiteral value: Double) {
        self = .number(value)
    }

    /// Yes or no, written in place.
    package init(booleanLiteral value: Bool) {
        self = .boolean(value)
    }
}
