import Kafka
import Support
import Testing

extension Flows {
    /// Each system call of the journal fails once in turn, in the real binary.
    ///
    /// Nothing that was acknowledged is lost, and people are told what failed and where. Where a
    /// sync fails, what it was to write is lost with it.
    @Suite(.enabled(if: InterposerLibrary.path != nil, "no interposer beside the program"))
    struct SyscallFaultTests {
        /// Enough for two segments and a half, in bodies of 20 kB.
        private static let bodies: [[UInt8]] = (0..<260).map { number in
            let body = (try? Fixture.body("order.updated", eventID: uuid(number), key: "order-1"))
            return (body ?? []) + Array(repeating: UInt8(ascii: " "), count: 17_000)
        }

        @Test(.timeLimit(.minutes(10)), arguments: SyscallFault.table)
        func `a system call fails`(fault: SyscallFault) throws {
            let kafka = fault.needsKafka ? try EmbeddedKafka() : nil
            let installation = try Installation(
                bootstrapServers: kafka?.cluster.bootstrapServers ?? "127.0.0.1:1",
                settings: [
                    "journal": """
                    segmentBytes: 2097152, batchBytes: 2097152, keepPublishedHours: 0, \
                    checkpointMilliseconds: 20
                    """,
                    "dedup": "maxIds: 1000",
                ])
            var acknowledged: [Int: String] = [:]
            if fault.moment == .recovery {
                let first = try installation.serve()
                acknowledged = try load(installation, until: { $0 >= 150 })
                first.crash()
                if fault.call == "remove" {
                    // An empty segment that is not the next one: a recovery takes it away.
                    try FileSystem.write(
                        "", to: installation.folder.file("journal/0000000099.segment"))
                }
            }

            acknowledged.merge(try run(fault, installation)) { first, _ in first }

            let again = try installation.serve()
            try checkAll(acknowledged, installation)
            #expect(again.endIfAny == nil)
        }

        /// Runs `serve` with the fault; gives what was acknowledged.
        private func run(
            _ fault: SyscallFault, _ installation: Installation
        ) throws -> [Int: String] {
            let sign = installation.folder.file("sign")
            let serve = try installation.start(
                ["serve"], as: "serve",
                environment: InterposerLibrary.environment(fault.environment(sign: sign)))
            // Slow enough that the publisher keeps up: what it has not published is not used again.
            let sending = Sending(
                Self.bodies, port: installation.ingressPort, key: Installation.key,
                connections: 4, perSecond: fault.needsKafka ? 150 : nil)
            defer { sending.stop() }
            switch fault.outcome {
            case .ends:
                #expect(try serve.waitForEnd(upTo: .seconds(30)) == .exited(74))
                expectMessage(fault, serve)
            case .goesOn:
                try sending.waitForAll(upTo: .seconds(60))
                try eventually("the call to fail", upTo: .seconds(30)) { FileSystem.exists(sign) }
                #expect(sending.report.statuses[503] == nil)
                #expect(serve.endIfAny == nil)
            case .refuses:
                try eventually("webhooks to be refused", upTo: .seconds(30)) {
                    sending.report.statuses[503] != nil
                }
                #expect(try installation.metric("serve", "hookline_journal_out_of_space") == 1)
                #expect(serve.errors.contains("no room for another segment"), "\(serve.errors)")
                try FileSystem.remove(sign)
                try sending.waitForAll(upTo: .seconds(60))
                #expect(serve.endIfAny == nil)
            }
            if fault.outcome != .refuses {
                #expect(FileSystem.exists(sign), "the call never came")
            }
            sending.stop()
            serve.crash()
            return sending.report.acknowledged
        }

        private func expectMessage(_ fault: SyscallFault, _ serve: RunningProcess) {
            // Of the journal's identity the new file is written; a folder is named as it is.
            for words in [fault.file, "(\(fault.errorName))"] {
                #expect(serve.errors.contains(words), "\(words) is missing: \(serve.errors)")
            }
        }

        private func load(
            _ installation: Installation, until isEnough: (Int) -> Bool
        ) throws -> [Int: String] {
            let sending = Sending(
                Self.bodies, port: installation.ingressPort, key: Installation.key,
                connections: 4)
            try eventually("enough acknowledgements", upTo: .seconds(30)) {
                isEnough(sending.report.acknowledged.count)
            }
            sending.stop()
            return sending.report.acknowledged
        }

        /// All is taken now, and what was acknowledged before is known, at the place that was told.
        private func checkAll(_ before: [Int: String], _ installation: Installation) throws {
            let report = try Sending(
                Self.bodies, port: installation.ingressPort, key: Installation.key, connections: 4
            ).waitForAll(upTo: .seconds(60))
            var places: Set<String> = []
            for (index, answer) in report.acknowledged {
                let now = JSONSlice(Array(answer.utf8))
                places.insert(now["position"]?.text ?? "")
                guard let old = before[index].map({ JSONSlice(Array($0.utf8)) }) else { continue }
                #expect(now["duplicate"]?.text == "true", "\(index) was lost")
                #expect(now["position"]?.text == old["position"]?.text)
            }
            #expect(places.count == Self.bodies.count, "two bodies share a place")
        }
    }
}
