import Events
import Support

/// Webhooks of a few entities in a random order with repetitions, and among them what does not
/// belong there; with the state that they give by the plain model.
struct RandomHistory {
    private(set) var records: [TestRecord] = []
    /// Records among them that no consumer can apply.
    private(set) var foreign = 0
    private var model = ModelState<ModelVersion>()

    /// The same seed gives the same history; ids begin with the tag.
    init(seed: Int, events count: Int, entities: Int = 8, tag: String = "") {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<count {
            let event = ModelEvent.random(&generator, entities: entities, tag: tag)
            let body = event.body
            let kind = event.kind
            model.add(
                kind.entity, event.id, event.version(body), replaces: kind.replaces, event.snapshot)
            records.append(
                TestRecord(topic: kind.topic ?? kind.name, key: event.id, value: body))
        }
        for _ in 0..<count / 4 {
            guard let again = records.randomElement(using: &generator) else { break }
            records.append(again)
        }
        for number in 0..<count / 10 {
            records.append(Self.foreignRecord(number, tag))
            foreign += 1
        }
        records.shuffle(using: &generator)
    }

    /// Several histories at once, their records mixed.
    init(_ histories: [RandomHistory], seed: Int) {
        var generator = SeededGenerator(seed: seed)
        for history in histories {
            records += history.records
            foreign += history.foreign
            model.merge(history.model)
        }
        records.shuffle(using: &generator)
    }

    private static func foreignRecord(_ number: Int, _ tag: String) -> TestRecord {
        let id = "\(tag)order-1"
        let updated = ModelEvent(type: "order.updated", id: id).record
        let value = updated.value ?? ""
        return switch number % 9 {
        case 0: TestRecord(topic: "order.updated", key: id, value: nil)
        case 1: TestRecord(topic: "order.updated", key: id, value: "no JSON")
        case 2: TestRecord(topic: "order.updated", key: id, value: "{\"a\":1}")
        case 3: TestRecord(topic: "order.updated", key: "another", value: value)
        case 4: TestRecord(topic: "order.submitted", key: id, value: value)
        case 5: TestRecord(topic: "license.created", key: nil, value: "[]")
        case 6:
            TestRecord(
                topic: "order.updated", key: id,
                value: value.replacing("\"data\": {", with: "\"data\": {\"n\":1e999,"))
        case 7:
            TestRecord(
                topic: "order.updated", key: id,
                value: value.replacing("\"data\": {", with: "\"data\": {\"orderId\":\"x\","))
        default: TestRecord(topic: "order.updated", key: id, value: "{\"a\":1} " + value)
        }
    }

    /// The export that the state must give.
    var expected: String { model.export }
}
