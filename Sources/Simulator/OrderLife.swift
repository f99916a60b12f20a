internal import Events
internal import JSON

/// One order from its submission to its end.
struct OrderLife {
    let id: String
    let person: SamplePerson
    private(set) var licenses: [String] = []
    private(set) var isOver = false
    private var items: [Item]
    private var state = "SUBMITTED"
    private var stepsLeft: Int
    private let createdAt: Timestamp
    private var updatedAt: Timestamp
    private var submittedAt: Timestamp?
    private var completedAt: Timestamp?
    private var promoCode: String?

    /// A line of an order.
    private struct Item {
        var id: String
        var product: String
        var phone: String
        var status = "PENDING"
        var price: Int
    }

    init(at now: Timestamp, _ random: inout SeededRandom) {
        id = "order-\(random.digits(12))"
        person = SamplePerson(&random)
        items = (0..<random.within(2...4)).map { _ in
            Item(
                id: "line-\(random.digits(10))", product: random.pick(SampleWords.products),
                phone: "+4673\(random.within(1_000_000...9_999_999))",
                price: random.within(500...49_900))
        }
        stepsLeft = random.within(1...8)
        promoCode = random.happens(0.2) ? "STUDENT\(random.within(2020...2029))" : nil
        createdAt = now.adding(seconds: -Int64(random.within(60...86_400)))
        updatedAt = now
    }

    /// What happens next: the type of the event and its `data`.
    mutating func step(
        at now: Timestamp, _ random: inout SeededRandom
    ) -> (type: String, data: [UInt8]) {
        updatedAt = now
        guard submittedAt != nil else {
            submittedAt = now
            return ("order.submitted", data(ofSubmission: true))
        }
        stepsLeft -= 1
        guard stepsLeft > 0 else { return end(at: now, &random) }
        state = random.happens(0.3) ? "PENDING_APPROVAL" : "PROCESSING"
        if random.happens(0.5) {
            if random.happens(0.3) { promoCode = nil }
            items[0].price = random.within(500...49_900)
            return ("order.updated", data(ofSubmission: false))
        }
        let index = random.below(items.count)
        items[index].status = random.pick(SampleWords.lineItemStates)
        return ("order.lineItemStatusChanged", lineItemData(items[index].id))
    }

    private mutating func end(
        at now: Timestamp, _ random: inout SeededRandom
    ) -> (type: String, data: [UInt8]) {
        isOver = true
        if random.happens(0.15) {
            state = "CANCELLED"
            return ("order.cancelled", data(ofSubmission: false))
        }
        state = "COMPLETED"
        completedAt = now
        for index in items.indices { items[index].status = "COMPLETED" }
        licenses = items.map { _ in "license-\(random.digits(12))" }
        return ("order.updated", data(ofSubmission: false))
    }

    private func data(ofSubmission isSubmission: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.field("orderId", id)
            object.field("state", state)
            fields(&object, ofSubmission: isSubmission)
        }
        return writer.bytes
    }

    /// The one event that holds its order one level down, and no state.
    private func lineItemData(_ lineItem: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { data in
            data.object("order") { order in
                order.field("orderId", id)
                fields(&order, ofSubmission: false)
            }
            data.field("lineItemId", lineItem)
        }
        return writer.bytes
    }

    private func fields(_ writer: inout JSONWriter, ofSubmission isSubmission: Bool) {
        writer.array("lineItems") { list in
            for item in items { list.object { write(item, &$0) } }
        }
        writeChecks(&writer)
        writer.field("expiresAt", createdAt.adding(seconds: 7 * 86_400).rfc3339)
        writer.field("createdAt", createdAt.rfc3339)
        writer.field("updatedAt", updatedAt.rfc3339)
        if isSubmission { writeSubmission(&writer) }
        writer.object("billing") { billing in
            billing.field("name", person.name)
            billing.field("email", person.email)
        }
        writer.field("promoCode", promoCode)
        writer.object("consents") { consents in
            consents.field("termsOfService", "true")
            consents.field("marketing", "false")
        }
        writer.object("externalPayment") { payment in
            payment.field("reference", "ext-\(person.id)")
            payment.field("receiptDescription", "Payment via external billing system")
            payment.field("receiptUrl", "https://external.example.com/receipts/\(id)")
            payment.field("receivedAt", updatedAt.rfc3339)
        }
        writer.field("submittedAt", submittedAt?.rfc3339)
        writer.field("completedAt", completedAt?.rfc3339)
        writeCreatedEntities(&writer)
        writer.object("metadata") { metadata in
            metadata.field("channel", "web")
            metadata.field("campaign", "spring")
        }
    }

    private func write(_ item: Item, _ writer: inout JSONWriter) {
        writer.field("type", "SUBSCRIPTION")
        writer.field("lineItemId", item.id)
        writer.field("productOfferingId", item.product)
        writer.field("status", item.status)
        writer.field("msisdn", item.phone)
        writer.field("tempNumber", true)
        writer.field("portingRequested", false)
        writer.object("extensions") { _ in }
        writer.field("display", "\(item.product) \(item.phone)")
        writer.key("price")
        writer.raw(SampleText.amount(item.price))
        writer.object("subscriber") { subscriber in
            subscriber.field("name", person.name)
            subscriber.field("email", person.email)
            subscriber.field("msisdn", item.phone)
        }
        writer.field("scheduleActivationAt", SampleText.date(updatedAt))
        writer.object("metadata") { _ in }
    }

    private func writeChecks(_ writer: inout JSONWriter) {
        writer.object("validation") { validation in
            validation.field("isValid", true)
            validation.array("missingFields") { _ in }
            validation.array("errors") { _ in }
            validation.array("lineItemValidation") { list in
                for item in items {
                    list.object { entry in
                        entry.field("lineItemId", item.id)
                        entry.field("isValid", true)
                        entry.array("missingFields") { _ in }
                        entry.array("errors") { _ in }
                    }
                }
            }
        }
        writer.object("requirements") { requirements in
            for name in ["requiresPayment", "requiresPaymentProfile", "requiresSigning"] {
                requirements.field(name, "NOT_REQUIRED")
            }
        }
    }

    /// What only a submission has, and what an update must therefore not wipe.
    private func writeSubmission(_ writer: inout JSONWriter) {
        writer.object("user") { user in
            user.field("userId", "user-\(person.id)")
            user.field("newUser", false)
            user.field("name", person.name)
        }
        writer.object("customer") { customer in
            customer.field("customerType", "CONSUMER")
            customer.field("name", person.name)
            customer.field("newCustomer", false)
            customer.field("customerId", person.id)
        }
        writer.object("shipping") { shipping in
            shipping.field("name", person.name)
            shipping.object("address") { address in
                address.field("street1", person.street)
                address.field("city", person.city)
                address.field("zip", person.zip)
                address.field("country", "SE")
            }
            shipping.field("msisdn", person.phone)
            shipping.field("instructions", "Lämnas vid dörren")
        }
        let total = items.reduce(0) { $0 + $1.price }
        writer.object("pricing") { pricing in
            pricing.field("currency", "SEK")
            pricing.field("calculatedAt", updatedAt.rfc3339)
            for (name, amount) in [
                ("total", total), ("subtotal", total * 4 / 5), ("taxAmount", total / 5),
                ("fees", 0),
            ] {
                pricing.key(name)
                pricing.raw(SampleText.amount(amount))
            }
            pricing.field("taxIncluded", true)
        }
    }

    private func writeCreatedEntities(_ writer: inout JSONWriter) {
        writer.object("createdEntities") { created in
            created.array("subscriptions") { list in
                for item in items where item.status == "COMPLETED" {
                    list.object { entry in
                        entry.field("subscriptionId", "sub-\(item.id)")
                        entry.field("status", "ACTIVE")
                        entry.field("msisdn", item.phone)
                        entry.field("customerId", person.id)
                        entry.field("productOfferingId", item.product)
                        entry.field("activatedAt", completedAt?.rfc3339)
                        entry.field("createdByLineItem", item.id)
                    }
                }
            }
            created.array("licenses") { list in
                for (license, item) in zip(licenses, items) {
                    list.object { entry in
                        entry.field("licenseId", license)
                        entry.field("status", "PENDING")
                        entry.field("customerId", person.id)
                        entry.field("productOfferingId", item.product)
                        entry.field("createdByLineItem", item.id)
                    }
                }
            }
            created.array("addons") { _ in }
            created.array("modifications") { _ in }
        }
    }
}
