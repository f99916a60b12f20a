import Support
import Testing

extension Flows {
    /// The promise of the whole, against faults at random: `Tests/torture` runs it for longer.
    @Suite(.whereKafkaIs) struct TortureTests {
        @Test(.timeLimit(.minutes(TortureSettings.fromEnvironment.minutes + 10)))
        func `faults at random lose nothing, double nothing and change nothing`() throws {
            let report = try TortureRun(.fromEnvironment).run()

            print(report.text)

            #expect(report.violations.isEmpty, "\(report.text)")
        }
    }
}

@Suite struct TorturePlanTests {
    @Test func `the plan follows from the seed`() {
        let steps = Array(TorturePlan(seed: 7).prefix(50))
        #expect(steps == Array(TorturePlan(seed: 7).prefix(50)))
        #expect(steps != Array(TorturePlan(seed: 8).prefix(50)))
    }

    @Test(arguments: 1...20)
    func `each fault comes in each round, and no two touch the same`(seed: Int) {
        let length = TorturePlan.round.count
        let steps = Array(TorturePlan(seed: seed).prefix(3 * length))
        for round in 0..<3 {
            let faults = steps[round * length..<(round + 1) * length].map(\.fault)
            #expect(Set(faults) == Set(TortureFault.allCases))
        }
        for step in steps {
            #expect(step.other?.subjects.isDisjoint(with: step.fault.subjects) != false)
        }
    }
}
