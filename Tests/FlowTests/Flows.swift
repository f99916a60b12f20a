import Support
import Testing

/// All flows, one after the other: each has processes of its own and wants the machine for itself.
@Suite(.serialized) enum Flows {}

/// One real Kafka node for all tests of a suite, started before the first and stopped after the last.
struct RealKafkaNode: SuiteTrait, TestScoping {
    @TaskLocal private static var shared: RealKafka?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let node = try RealKafka()
        try await Self.$shared.withValue(node) { try await body() }
        node.crash()
    }

    /// The node of the running suite.
    static var current: RealKafka {
        get throws { try #require(shared, "the suite lacks the trait .realKafka") }
    }
}

extension Trait where Self == RealKafkaNode {
    /// Gives the suite a Kafka node of its own.
    static var realKafka: Self { RealKafkaNode() }
}

extension Trait where Self == ConditionTrait {
    /// Leaves the suite out, with the reason, where no Kafka node can be started.
    static var whereKafkaIs: Self {
        .enabled(if: RealKafka.isAvailable, "\(RealKafka.whyNot ?? "")")
    }
}
