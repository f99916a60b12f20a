import Glibc
import Simulator
import Support

/// Everything of one torture run: the processes, the faults, the clients and the verdict.
final class TortureRun {
    private let settings: TortureSettings
    private let kafka: KafkaCluster
    private let installation: Installation
    private let disk: TortureDisk
    private let serve: TortureRole
    private let consume: TortureRole
    private var report: TortureReport
    private var isDiskFull = false
    private var faults: [String: Int] = [:]

    /// Starts Kafka with all topics, and makes the folders.
    init(_ settings: TortureSettings) throws {
        self.settings = settings
        report = TortureReport(settings)
        kafka = try KafkaCluster(nodes: settings.nodes)
        let installation = try Installation(
            bootstrapServers: kafka.bootstrapServers, settings: Self.sections(settings))
        self.installation = installation
        disk = try TortureDisk(installation.folder.file("journal"), megabytes: 128)
        let logs = installation.folder.file("logs")
        try FileSystem.makeFolder(logs)
        try FileSystem.write("0", to: installation.folder.file("clock"))
        let underneath = InterposerLibrary.environment([
            "INTERPOSER_CLOCK": installation.folder.file("clock")
        ])
        serve = TortureRole("serve", logs: logs) {
            try installation.start(["serve"], as: "serve", environment: underneath)
        }
        consume = TortureRole("consume", logs: logs) {
            let state = ["HOOKLINE_STATE_FOLDER": installation.folder.file("state")]
            return try installation.start(
                ["consume"], as: "consume", environment: underneath.merging(state) { $1 })
        }
        try installation.run("topics", "create")
    }

    /// Small segments, that are used again at once; short clocks; ids for all that is sent.
    private static func sections(_ settings: TortureSettings) -> [String: String] {
        [
            "topics": "partitions: \(partitions)",
            "ingress": "bodyBytes: \(TortureNuisance.bodyLimit), headerMilliseconds: 2000",
            "journal": """
            segmentBytes: 2097152, batchBytes: 2097152, keepPublishedHours: 0, \
            checkpointMilliseconds: 200, \
            minFreeBytes: 4194304
            """,
            "dedup": "maxIds: \(max(100_000, settings.events * 2))",
            "publisher": "delivery: \"\(settings.delivery)\"",
        ]
    }

    private static let partitions: Int32 = 3

    /// Runs it all; what is wrong is in the report.
    func run() -> TortureReport {
        if let whyNot = disk.whyNot { report.facts.append("disk full left out: \(whyNot)") }
        if InterposerLibrary.path == nil {
            report.facts.append("clock steps left out: no interposer")
        }
        do {
            try torture()
        } catch {
            report.violations.append("\(error)")
        }
        let counts = faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        report.facts.insert("faults: \(counts.joined(separator: ", "))", at: 0)
        if !report.violations.isEmpty { keep() }
        return report
    }

    private func torture() throws {
        let traffic = TortureTraffic(settings)
        report.note("\(traffic.items.count) requests made up")
        try serve.start()
        try consume.start()
        let client = TortureClient(
            traffic, port: installation.ingressPort, perSecond: settings.perSecond)
        defer { client.stop() }
        let nuisance = TortureNuisance(port: installation.ingressPort, seed: settings.seed)
        do {
            try disturb()
            try client.waitForAll(upTo: .seconds(90))
        } catch {
            client.stop()
            tell(client.record, nuisance.stop())
            throw error
        }
        let nuisances = nuisance.stop()
        tell(client.record, nuisances)
        try settle()
        try judge(traffic, client.record, nuisances)
    }

    private func tell(_ record: TortureClient.Record, _ nuisances: TortureNuisance.Record) {
        let statuses = record.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        report.note("\(record.answers.count) requests settled")
        report.facts.append(
            "client: answers \(statuses.joined(separator: ", ")), none \(record.unanswered)")
        let counts = nuisances.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        report.facts.append("beside it: \(counts.joined(separator: ", "))")
        report.violations += nuisances.wrong
    }

    // MARK: - Faults

    private func disturb() throws {
        let end = ContinuousClock.now + .seconds(settings.minutes * 60)
        for step in TorturePlan(seed: settings.seed) {
            guard ContinuousClock.now < end else { break }
            let both = [step.fault, step.other].compactMap(\.self).filter(isPossible)
            guard !both.isEmpty else { continue }
            report.note(both.map { describe($0, step) }.joined(separator: " + "))
            for (number, fault) in both.enumerated() {
                if number > 0 { try pause(step.milliseconds[0]) }
                faults[fault.rawValue, default: 0] += 1
                try begin(fault, step)
            }
            try pause(length(of: step))
            for fault in both.reversed() { try heal(fault, step) }
            try pause(step.milliseconds[2])
        }
        report.note("all is well from here on")
    }

    /// In a cluster a broker is away for longer than it takes to replace it.
    private func length(of step: TortureStep) -> Int {
        let isBroker = step.fault == .killBroker || step.fault == .freezeBroker
        return step.milliseconds[1] + (isBroker && settings.nodes > 1 ? 3_500 : 0)
    }

    private func isPossible(_ fault: TortureFault) -> Bool {
        switch fault {
        case .fullDisk, .fullDiskAlone: disk.whyNot == nil
        case .stepClock: InterposerLibrary.path != nil
        default: true
        }
    }

    private func describe(_ fault: TortureFault, _ step: TortureStep) -> String {
        switch fault {
        case .killBroker, .freezeBroker:
            "\(fault.rawValue) \(step.node % settings.nodes + 1) for \(length(of: step)) ms"
        case .stepClock: "\(fault.rawValue) to \(step.clock) s"
        default: "\(fault.rawValue) for \(length(of: step)) ms"
        }
    }

    private func begin(_ fault: TortureFault, _ step: TortureStep) throws {
        let node = kafka.nodes[step.node % kafka.nodes.count]
        switch fault {
        case .killServe: serve.crash()
        case .killRecovery:
            for _ in 0..<3 {
                serve.crash()
                try serve.start(allowing: allowed)
                try pause(step.milliseconds[1] / 10)
            }
            serve.crash()
        case .killConsume: consume.crash()
        case .killBroker: node.crash()
        case .stopServe: try complain(serve.terminate())
        case .stopConsume: try complain(consume.terminate())
        case .freezeServe: serve.freeze()
        case .freezeConsume: consume.freeze()
        case .freezeBroker: node.freeze()
        case .fullDisk:
            isDiskFull = true
            try disk.fill()
        case .fullDiskAlone:
            for node in kafka.nodes { node.freeze() }
            isDiskFull = true
            try disk.fill()
        case .stepClock:
            try FileSystem.write("\(step.clock)", to: installation.folder.file("clock"))
        }
    }

    private func heal(_ fault: TortureFault, _ step: TortureStep) throws {
        let node = kafka.nodes[step.node % kafka.nodes.count]
        switch fault {
        case .killServe, .killRecovery, .stopServe: try serve.start(allowing: allowed)
        case .killConsume, .stopConsume: try consume.start()
        case .killBroker: try node.restartWithoutWaiting()
        case .freezeServe: serve.thaw()
        case .freezeConsume: consume.thaw()
        case .freezeBroker: node.thaw()
        case .fullDisk: try freeDisk()
        case .fullDiskAlone:
            for node in kafka.nodes { node.thaw() }
            try freeDisk()
        case .stepClock: break
        }
    }

    private func freeDisk() throws {
        try disk.free()
        isDiskFull = false
    }

    /// Without room for a few bytes of its own a start fails, and says that it was the disk.
    private var allowed: Set<Int32> { isDiskFull ? [74] : [] }

    private func complain(_ violation: String?) {
        guard let violation else { return }
        report.note(violation)
        report.violations.append(violation)
    }

    /// Lets time pass, and starts again what has ended by itself.
    private func pause(_ milliseconds: Int) throws {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end {
            complain(try serve.supervise(allowing: allowed))
            complain(try consume.supervise(allowing: []))
            for _ in 0..<20 where ContinuousClock.now < end { pauseBriefly() }
        }
    }

    // MARK: - The verdict

    private func settle() throws {
        for node in kafka.nodes { try node.waitUntilReady() }
        try eventually("all records to be published", upTo: .seconds(90)) {
            for _ in 0..<20 { pauseBriefly() }
            complain(try serve.supervise(allowing: []))
            let left = try? installation.metric("serve", "hookline_journal_unpublished_records")
            return left == 0
        }
        report.note("all is published")
        for name in [
            "hookline_journal_ids_dropped_early_total", "hookline_journal_segments_reused_total",
        ] {
            let value = (try? installation.metric("serve", name)) ?? -1
            report.facts.append("\(name) of the last serve: \(Int(value))")
        }
    }

    private func judge(
        _ traffic: TortureTraffic, _ record: TortureClient.Record,
        _ nuisances: TortureNuisance.Record
    ) throws {
        let deliveries = Self.deliveries(traffic, record, nuisances)
        let reader = TopicReader(kafka: installation.kafka)
        let records = try reader.records(with: Installation.prefix, upTo: .seconds(120))
        report.note("\(records.count) records read")
        var check = TortureCheck(
            prefix: Installation.prefix, partitions: Self.partitions,
            isExactlyOnce: settings.isExactlyOnce)
        check.check(deliveries, forbidden: nuisances.forbidden, records: records)
        report.violations += check.violations
        report.facts.append(
            "topics: \(records.count) records, \(check.bodies) bodies told of, \(check.repeats) "
                + "sent again")
        report.facts.append(
            "starts: serve \(serve.starts), \(serve.torn) of them with a torn batch, consume "
                + "\(consume.starts)")
        report.note("topics checked")
        try compareStates(Self.model(deliveries))
    }

    /// The state that was there all the while, and one that is built from nothing.
    private func compareStates(_ model: StateModel) throws {
        let expected = model.export
        report.note("model of \(model.count) entities made")
        try installation.waitForState(expected, upTo: .seconds(60))
        report.note("the state is the model's")
        complain(try consume.terminate())
        complain(try serve.terminate())
        let rebuilt = try installation.consume(state: "rebuilt")
        try installation.waitForState(expected, in: "rebuilt", upTo: .seconds(60))
        report.note("the rebuilt state too")
        rebuilt.crash()
    }

    private static func deliveries(
        _ traffic: TortureTraffic, _ record: TortureClient.Record,
        _ nuisances: TortureNuisance.Record
    ) -> [TortureDelivery] {
        let own = traffic.items.indices.map { index in
            let item = traffic.items[index]
            return TortureDelivery(
                body: item.request.body, type: item.request.type, key: item.request.key,
                lane: item.lane, answers: record.answers[index] ?? [])
        }
        let slow = nuisances.slow.map { body, answer in
            let event = JSONSlice(body)
            let type = event["type"]?.text ?? ""
            let isNested = type == "order.lineItemStatusChanged"
            let data = isNested ? event["data"]?["order"] : event["data"]
            let key = data?[type.hasPrefix("license.") ? "licenseId" : "orderId"]?.text ?? ""
            return TortureDelivery(body: body, type: type, key: key, lane: nil, answers: [answer])
        }
        return own + slow
    }

    /// What the accepted bodies give, by the client's own record.
    private static func model(_ deliveries: [TortureDelivery]) throws -> StateModel {
        var model = StateModel()
        for delivery in deliveries where delivery.answers.first?.isAccepted == true {
            try model.apply(delivery.body)
        }
        return model
    }

    /// Copies the folders with everything in them, for a person to look at.
    private func keep() {
        let parent = Environment["TORTURE_KEEP"] ?? Environment["TMPDIR"] ?? "/tmp"
        let target = "\(parent)/hookline-torture-\(settings.seed)-\(getpid())"
        serve.freeze()
        consume.crash()
        _ = try? RunningProcess.run("cp", ["-a", installation.folder.path, target])
        serve.thaw()
        serve.crash()
        report.kept = target
    }
}
