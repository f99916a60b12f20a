import Support

/// Where things lie.
enum LayoutRules {
    /// Beside dotfiles, the whole of the top level.
    static let top: Set = ["Package.swift", "README.md", "Sources", "Tests", "config", "deploy"]

    /// Sources without a test file of their own: a path, or the end of one, and why.
    static let untested: [String: String] = [
        "Sources/App/CommandLine/Command.swift": "CommandTableTests and CommandParserTests",
        "Sources/App/CommandLine/ExitCode.swift": "CommandRunnerTests",
        "Sources/App/Commands/ConsumeCommand.swift": "the flows run it",
        "Sources/App/Commands/DevCommand.swift": "the flows run it",
        "Sources/App/Commands/EntityMoment.swift": "StateCommandsTests, and the flows with --at",
        "Sources/App/Commands/JournalSelection.swift": "JournalDumpCommandTests",
        "Sources/App/Commands/ReplayCommand.swift": "the replay flows run it",
        "Sources/App/Commands/ReplaySession.swift": "the replay flows run it",
        "Sources/App/Commands/ServeCommand.swift": "the flows run it",
        "Sources/App/Dev/DevPrinter.swift": "the flows read what it printed",
        "Sources/App/Dev/DevView.swift": "the flows read what it printed",
        "Sources/App/Hookline.swift": "starts a command: the flows run it",
        "Sources/App/Output/DeadLetterText.swift": "DeadLetterCommandsTests",
        "Sources/App/Output/DifferenceText.swift": "the replay flows read it",
        "Sources/App/Output/JournalOverview.swift": "JournalCommandsTests",
        "Sources/App/Output/ReplayPrinter.swift": "the replay flows read it",
        "Sources/App/Output/StateListing.swift": "StateCommandsTests",
        "Sources/App/Output/StateText.swift": "StateCommandsTests",
        "Sources/App/Output/VerifyReport.swift": "JournalCommandsTests",
        "Sources/App/Settings/DevConfiguration.swift": "DevSettingsTests",
        "Sources/App/Roles/Roles.swift": "the flows run them",
        "Sources/App/Roles/ServeParts+Make.swift": "the flows run it",
        "Sources/Consumer/AppliedEvent.swift": "ConsumeLoopTests",
        "Sources/Consumer/BatchTally.swift": "ConsumeLoopTests",
        "Sources/Consumer/CatchUpBatch.swift": "CatchUpTests",
        "Sources/Consumer/CatchUpProgress.swift": "CatchUpTests",
        "Sources/Consumer/CatchUpReader.swift": "CatchUpTests",
        "Sources/Consumer/ConsumeRun+Gaps.swift": "ChangedTopicTests",
        "Sources/Consumer/ConsumeRun+Partitions.swift": "ConsumeLoopTests, ChangedTopicTests",
        "Sources/Consumer/ConsumeRun+Requests.swift": "ConsumeLoop+RequestsTests",
        "Sources/Consumer/ConsumeRun.swift": "ConsumeLoopTests",
        "Sources/Consumer/ConsumerBoard.swift": "ConsumeLoopTests",
        "Sources/Consumer/ConsumerError.swift": "ConsumeLoopTests",
        "Sources/Consumer/ConsumerMetrics.swift": "ConsumeLoopTests",
        "Sources/Consumer/GenerationSwap.swift": "ConsumeLoop+RequestsTests",
        "Sources/Consumer/PartitionFollower.swift": "CatchUpTests, ChangedTopicTests",
        "Sources/Consumer/PartitionTable.swift": "ConsumeLoopTests, ChangedTopicTests",
        "Sources/Consumer/RecordApplier.swift": "CatchUpTests, ConsumeLoopTests",
        "Sources/Consumer/StateLoss.swift": "LossCheckTests",
        "Sources/Events/DateTimeReader.swift": "Timestamp+RFC3339Tests ask it everything",
        "Sources/Events/PartialReader.swift": "EventScannerTests see what it reads",
        "Sources/Events/ScanResult.swift": "values that EventScannerTests look at",
        "Sources/HTTP/CoarseClock.swift": "one call of the system",
        "Sources/HTTP/DescriptorLimit.swift": "limits of the process, which tests share",
        "Sources/HTTP/HTTPConnection.swift": "ConnectionTableTests, WatchTests",
        "Sources/HTTP/HTTPCore.swift": "HTTPServerTests",
        "Sources/HTTP/HTTPDaemon.swift": "HTTPServerTests",
        "Sources/HTTP/HTTPExchange.swift": "ConversationTests",
        "Sources/HTTP/HTTPHandler.swift": "a protocol",
        "Sources/HTTP/HTTPHeader.swift": "HeaderScanTests",
        "Sources/HTTP/HTTPMethod.swift": "HTTPRequestHeadTests",
        "Sources/HTTP/HTTPMetrics.swift": "ConversationTests, WatchTests",
        "Sources/HTTP/HTTPResponse.swift": "a struct of values",
        "Sources/HTTP/HTTPServerError.swift": "HTTPServerTests",
        "Sources/HTTP/Linger.swift": "ConversationTests",
        "Sources/HTTP/ListenSocket.swift": "HTTPServerTests",
        "Sources/HTTPClient/HTTPClientError.swift": "HTTPClientTests",
        "Sources/Ingress/IngressMetrics.swift": "IngressHandlerTests",
        "Sources/Ingress/IngressProblems.swift": "IngressHandlerTests",
        "Sources/Ingress/RequestChecks.swift": "IngressHandlerTests",
        "Sources/Ingress/ScannerPool.swift": "IngressServerTests",
        "Sources/Ingress/Webhook.swift": "IngressHandlerTests",
        "Sources/Journal/JournalFault.swift": "JournalVerifierTests",
        "Sources/Journal/JournalFiles.swift": "JournalListingTests, JournalVerifierTests",
        "Sources/Journal/JournalMetrics.swift": "names; JournalWriterTests read some",
        "Sources/Journal/Moment.swift": "both clocks at once",
        "Sources/Journal/JournalWalk.swift": "JournalVerifierTests",
        "Sources/Journal/Patience.swift": "JournalVerifierTests",
        "Sources/Journal/Segment.swift": "facts; JournalStateTests",
        "Sources/Journal/SegmentMending.swift": "RecoveryTests",
        "Sources/Journal/SegmentRecovery.swift": "RecoveryTests",
        "Sources/Journal/SegmentScan.swift": "RecoveryTests",
        "Sources/Kafka/KafkaErrorCode.swift": "KafkaErrorTests",
        "Sources/Kafka/KafkaHandle.swift": "KafkaProducerTests, KafkaConsumerTests",
        "Sources/Kafka/KafkaRecord.swift": "KafkaConsumerTests",
        "Sources/Kafka/MockCluster.swift": "all of KafkaTests stands on it",
        "Sources/Kafka/TopicMetadata.swift": "KafkaAdminTests",
        "Sources/Management/ManagementHandler.swift": "ManagementServerTests",
        "Sources/Publisher/Greeting.swift": "TopicsAdministrationTests",
        "Sources/Publisher/ProducerSettings.swift": "PublishLoopTests, against a Kafka",
        "Sources/Publisher/PublishReports.swift": "PublishLoopTests",
        "Sources/Publisher/PublishSession.swift": "PublishLoopTests",
        "Sources/Publisher/PublishTransaction.swift": "ExactlyOnceTests",
        "Sources/Publisher/PublisherHooks.swift": "PublishLoopTests",
        "Sources/Publisher/PublisherMetrics.swift": "PublishLoopTests",
        "Sources/Publisher/PublisherStatus.swift": "StatusBoardTests",
        "Sources/Publisher/QuarantineReader.swift": "PublishLoopTests",
        "Sources/Publisher/RedriveSender.swift": "RedriveTests, and the flows against a Kafka",
        "Sources/Publisher/TopicsConfiguration.swift": "PublisherConfigurationTests",
        "Sources/Query/EntityDocument.swift": "QueryServerTests, OpenAPIDocumentTests",
        "Sources/Query/EventDocument.swift": "EntityAnswersTests, OpenAPIDocumentTests",
        "Sources/Query/PastFailure.swift": "PastReaderTests",
        "Sources/Query/QueryAnswers.swift": "QueryServerTests",
        "Sources/Query/QueryDesk.swift": "QueryServerTests",
        "Sources/Query/QueryHandler.swift": "QueryServerTests",
        "Sources/Query/QueryMetrics.swift": "two names; QueryServerTests",
        "Sources/Query/QueryProblems.swift": "QueryServerTests, PastReaderTests",
        "Sources/Query/Question.swift": "QuestionReaderTests",
        "Sources/Query/ServiceStatus.swift": "values that StatusDocumentTests set",
        "Sources/Simulator/LicenseLife.swift": "EventGeneratorTests scan what it tells",
        "Sources/Simulator/OrderLife.swift": "EventGeneratorTests scan what it tells",
        "Sources/Simulator/SampleText.swift": "words of sample bodies",
        "Sources/Simulator/SampleWords.swift": "words of sample bodies",
        "Sources/Simulator/SimulatedAnswer.swift": "SimulationTests see every one",
        "Sources/Simulator/SimulatedHistory.swift": "SimulationTests compare it with the receiver",
        "Sources/Simulator/SimulatedRequest.swift": "a value that EventGeneratorTests look at",
        "Sources/Simulator/SimulatorConfiguration.swift": "values that EventGeneratorTests set",
        "Sources/App/Commands/DropReason.swift": "DeadLettersDropCommandTests",
        "Sources/App/Commands/QuarantineDropCommand.swift": "RedriveTests, RedriveFlowTests",
        "Sources/App/Commands/LetterWork.swift": "the commands' tests, DeadLetterFlowTests",
        "Sources/Projection/FieldText.swift": "FilterTests",
        "Sources/Store/ListIndex.swift": "ListRowsTests",
        "Sources/Store/StoreSettings.swift": "values that the store's tests set",
        "Sources/Store/DeadLetter.swift": "StateStore+DeadLettersTests",
        "Sources/Store/Generation.swift": "StateFolder+GenerationsTests",
        "Sources/Store/Progress.swift": "StateStore+ProgressTests",
        "Sources/Store/KnownEvents.swift": "StateLossTests",
        "Sources/Store/RecordPosition.swift": "StateReaderTests",
        "Sources/Store/Schema.swift": "StateStoreTests",
        "Sources/Store/StateRequests+Wait.swift": "the replay and dead letter flows",
        "Sources/Store/StoreStatements.swift": "StateStoreTests",
        "Sources/Threads/Part.swift": "a protocol",
        "Sources/Threads/RoleBoard.swift": "RoleTests",
        "Sources/Threads/ThreadError.swift": "WorkerTests",
        "Sources/Threads/StandardStream.swift": "the flows read what it wrote",
    ]

    static func topLevel(_ names: [String]) -> [Finding] {
        names.filter { !$0.hasPrefix(".") && !top.contains($0) }.map {
            Finding(path: $0, line: 1, rule: "does not belong at the top level")
        }
    }

    /// Each `Sources/X/Foo.swift` has a `Tests/XTests/FooTests.swift`, or a reason why not.
    static func mirror(
        sources: [String], tests: [String], untested: [String: String] = untested
    ) -> [Finding] {
        let tests = Set(tests)
        let bare = sources.filter { !names(ofTestsFor: $0).contains(where: tests.contains) }
        let missing = bare.filter { source in
            !untested.keys.contains { source.hasSuffix($0) }
        }
        let idle = untested.keys.filter { reason in
            !bare.contains { $0.hasSuffix(reason) }
        }
        return missing.map { source in
            let name = names(ofTestsFor: source).first ?? "test"
            return Finding(path: source, line: 1, rule: "has no \(name), nor a reason why not")
        }
            + idle.sorted().map {
                Finding(path: $0, line: 1, rule: "is a reason for no file: take it away")
            }
    }

    /// `Foo+Bar.swift` may be tested in `FooTests.swift` too.
    private static func names(ofTestsFor source: String) -> [String] {
        let parts = source.split(separator: "/")
        guard parts.count > 2, let file = parts.last?.dropLast(".swift".count) else { return [] }
        let folder =
            (["Tests", "\(parts[1])Tests"] + parts[2..<(parts.count - 1)].map(String.init))
            .joined(separator: "/")
        let whole = "\(folder)/\(file)Tests.swift"
        guard let plus = file.firstIndex(of: "+") else { return [whole] }
        return [whole, "\(folder)/\(file[..<plus])Tests.swift"]
    }
}
