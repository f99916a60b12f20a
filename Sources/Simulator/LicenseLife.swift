internal import Events
internal import JSON

/// One licence from its creation to its end.
struct LicenseLife {
    let id: String
    private(set) var isOver = false
    private let customerID: String
    private let customerName: String
    private let product: String
    private let price: Int
    private var status = "PENDING"
    private var renewalsLeft: Int
    private var activatedAt: Timestamp?
    private var cancelledAt: Timestamp?
    private var isCreated = false

    init(id: String, of person: SamplePerson, _ random: inout SeededRandom) {
        self.id = id
        customerID = person.id
        customerName = person.name
        product = random.pick(SampleWords.products)
        price = random.within(500...49_900)
        renewalsLeft = random.within(0...4)
    }

    /// What happens next: the type of the event and its `data`.
    mutating func step(at now: Timestamp) -> (type: String, data: [UInt8]) {
        guard isCreated else {
            isCreated = true
            return ("license.created", data())
        }
        guard activatedAt != nil else {
            activatedAt = now
            status = "ACTIVE"
            return ("license.activated", data())
        }
        if renewalsLeft > 0 {
            renewalsLeft -= 1
            return ("license.renewed", data())
        }
        cancelledAt = now
        status = "CANCELLED"
        isOver = true
        return ("license.ended", data())
    }

    /// Licences have dates without time, and neither createdAt nor updatedAt.
    private func data() -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.object { license in
            license.field("licenseId", id)
            license.field("status", status)
            license.field("type", "SUBSCRIPTION")
            license.object("customer") { customer in
                customer.field("customerId", customerID)
                customer.field("name", customerName)
            }
            license.object("productOffering") { writeOffering(&$0) }
            license.field("activatedAt", activatedAt.map(SampleText.date))
            license.object("assignedTo") { assigned in
                assigned.field("type", "SUBSCRIPTION")
                assigned.field("subscriptionId", "sub-\(id)")
                assigned.field("subscriptionDisplay", "\(product), \(customerName)")
            }
            license.object("details") { details in
                details.field("renewalsLeft", renewalsLeft)
                details.field("note", Self.note)
            }
            license.key("pendingStatus")
            license.null()
            license.object("pendingProductOffering") { pending in
                pending.field("scheduledAt", activatedAt.map(SampleText.date))
                pending.object("product") { writeOffering(&$0) }
            }
            license.field("cancelledAt", cancelledAt.map(SampleText.date))
            license.key("pausedAt")
            license.null()
            license.object("metadata") { _ in }
        }
        return writer.bytes
    }

    private func writeOffering(_ writer: inout JSONWriter) {
        writer.field("productOfferingId", product)
        writer.field("name", product)
        writer.object("price") { amounts in
            amounts.field("currency", "SEK")
            amounts.field("priceType", "RECURRING")
            amounts.key("netPrice")
            amounts.raw(SampleText.amount(price))
            amounts.field("boundMonths", 12)
            amounts.object("billingCycle") { cycle in
                cycle.field("period", "MONTHLY")
                cycle.field("interval", 1)
            }
        }
        writer.object("group") { group in
            group.field("productOfferingGroupId", "mobile-plans")
            group.field("name", "Mobile Plans")
            group.field("category", "PRODUCT_CATEGORY_SUBSCRIPTION_CELL")
            group.field("description", Self.note)
            group.field("internalDescription", Self.note)
        }
    }

    private static let note =
        "Bundled cell subscriptions with unlimited calls and SMS, for consumers and businesses."
}
