internal import Events

/// Texts that a body is made of.
enum SampleText {
    /// An amount with two digits after the point, which no number type would keep.
    static func amount(_ hundredths: Int) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A date without time.
    static func date(_ time: Timestamp) -> String {
        String(time.rfc3339.prefix(10))
    }
}

/// Somebody who orders.
struct SamplePerson {
    let name: String
    let email: String
    let phone: String
    let id: String
    let street: String
    let city: String
    let zip: String

    init(_ random: inout SeededRandom) {
        name = "\(random.pick(SampleWords.given)) \(random.pick(SampleWords.family))"
        id = "cus-\(random.digits(12))"
        email = "\(id)@example.com"
        phone = "+4670\(random.within(1_000_000...9_999_999))"
        street = "\(random.pick(SampleWords.streets)) \(random.within(1...120))"
        city = random.pick(SampleWords.cities)
        zip = "\(random.within(100...984)) \(random.within(10...99))"
    }
}
