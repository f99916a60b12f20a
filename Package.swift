// swift-tools-version: 6.2

import PackageDescription

/// The same for every Swift target: what the compiler can check, it checks, and no warning stays.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

func part(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Support"], exclude: exclude,
        swiftSettings: settings)
}

/// A C library of the distribution: a module map and a shim in `Sources/System`.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt])])
}

let package = Package(
    name: "hookline",
    products: [
        .executable(name: "hookline", targets: ["App"]),
        // Laid between the program and the C library by tests that make system calls fail.
        .library(name: "Interposer", type: .dynamic, targets: ["Interposer"]),
    ],
    targets: [
        // The C side: a folder each, and only its face imports it.
        system("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CRdkafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CXXHash", pkgConfig: "libxxhash", apt: "libxxhash-dev"),
        .target(
            name: "CSimdjson", path: "Sources/System/CSimdjson",
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CChecksum", path: "Sources/System/CChecksum"),
        .target(name: "CThreads", path: "Sources/System/CThreads"),

        // Below all: threads, log lines and metrics, settings, files, bytes.
        part("Threads", ["CThreads"]),
        part("JSON", ["CSimdjson"]),
        part("Telemetry", ["Configuration", "JSON", "Threads"]),
        part("Configuration", ["JSON"]),
        part("Files", ["CChecksum"]),

        // What an event is.
        part(
            "Events", ["CXXHash", "Configuration", "JSON", "Threads"],
            resources: [.embedInCode("catalogue.json5")]
                + [
                    "event-envelope", "event-headers", "license-state", "license.created",
                    "order-state", "order.lineItemStatusChanged", "order.submitted",
                    "order.updated", "quarantine-headers", "redrive-headers",
                ].map { .embedInCode("Schemas/\($0).json") }),

        // HTTP -> journal.
        part("HTTP", ["CMicrohttpd", "Configuration", "JSON", "Telemetry", "Threads"]),
        part("HTTPClient", ["CCurl"]),
        part("Journal", ["Configuration", "Events", "Files", "Telemetry", "Threads"]),
        part(
            "Ingress",
            ["Configuration", "Events", "HTTP", "JSON", "Journal", "Telemetry", "Threads"]),

        // Journal -> Kafka.
        part("Kafka", ["CRdkafka", "Configuration", "Telemetry", "Threads"]),
        part(
            "Publisher",
            ["Configuration", "Events", "JSON", "Journal", "Kafka", "Telemetry", "Threads"]),

        // Kafka -> state.
        part("Projection", ["Events", "JSON"]),
        part("SQLite", ["CSQLite"]),
        part(
            "Store",
            ["Configuration", "Events", "Files", "JSON", "Projection", "SQLite", "Threads"]),
        part(
            "Consumer",
            [
                "Configuration", "Events", "Files", "JSON", "Kafka", "Projection", "Store",
                "Telemetry", "Threads",
            ]),

        // Topics -> another copy of the state.
        part(
            "Replay",
            [
                "Consumer", "Events", "Files", "JSON", "Kafka", "Projection", "Store", "Telemetry",
                "Threads",
            ]),

        // State -> HTTP.
        part(
            "Query",
            [
                "Configuration", "Events", "HTTP", "JSON", "Kafka", "Projection", "Store",
                "Telemetry", "Threads",
            ],
            resources: [.embedInCode("openapi.json")]),

        // Beside the flow.
        part("Management", ["Configuration", "HTTP", "JSON", "Telemetry", "Threads"]),
        part("Simulator", ["Events", "HTTPClient", "JSON", "Threads"]),

        // Wires the parts into roles.
        .executableTarget(
            name: "App",
            dependencies: [
                "Configuration", "Consumer", "Events", "Files", "HTTP", "HTTPClient", "Ingress",
                "JSON", "Journal", "Kafka", "Management", "Projection", "Publisher", "Query",
                "Replay", "SQLite", "Simulator", "Store", "Telemetry", "Threads",
            ],
            resources: [
                .embedInCode("Dev/Webhooks/license.created.json"),
                .embedInCode("Dev/Webhooks/order.lineItemStatusChanged.json"),
                .embedInCode("Dev/Webhooks/order.submitted.json"),
                .embedInCode("Dev/Webhooks/order.updated.json"),
            ],
            swiftSettings: settings),

        // Tests mirror the sources.
        .target(
            name: "Support", dependencies: ["Events", "JSON", "Projection", "Store"],
            path: "Tests/Support", swiftSettings: settings),
        .target(name: "Interposer", path: "Tests/Interposer"),
        tests("ThreadsTests", ["Threads"]),
        tests("JSONTests", ["JSON"]),
        tests("TelemetryTests", ["Configuration", "Telemetry"]),
        tests("ConfigurationTests", ["Configuration"]),
        tests("FilesTests", ["Files", "Threads"]),
        tests("EventsTests", ["Configuration", "Events", "JSON"]),
        tests("HTTPTests", ["Configuration", "HTTP", "JSON", "Telemetry", "Threads"]),
        tests("HTTPClientTests", ["HTTP", "HTTPClient", "JSON", "Telemetry"]),
        tests("JournalTests", ["Events", "Files", "Journal", "JSON", "Telemetry", "Threads"]),
        tests(
            "IngressTests",
            [
                "Configuration", "Events", "HTTP", "HTTPClient", "Ingress", "JSON", "Journal",
                "Telemetry", "Threads",
            ]),
        tests("KafkaTests", ["Configuration", "Kafka", "Telemetry", "Threads"]),
        tests(
            "PublisherTests",
            ["Configuration", "Events", "Journal", "Kafka", "Publisher", "Telemetry", "Threads"]),
        tests("ProjectionTests", ["Events", "JSON", "Projection"]),
        tests("SQLiteTests", ["SQLite"]),
        tests(
            "StoreTests",
            ["Configuration", "Events", "Files", "JSON", "Projection", "SQLite", "Store"]),
        tests(
            "ConsumerTests",
            [
                "Configuration", "Consumer", "Events", "Files", "Kafka", "Projection", "Store",
                "Telemetry",
                "Threads",
            ]),
        tests(
            "ReplayTests",
            [
                "Consumer", "Events", "Files", "Kafka", "Projection", "Replay", "Store",
                "Telemetry", "Threads",
            ]),
        tests(
            "ManagementTests",
            ["Configuration", "HTTP", "HTTPClient", "Management", "Telemetry", "Threads"]),
        tests(
            "QueryTests",
            [
                "Configuration", "Events", "HTTP", "HTTPClient", "JSON", "Kafka", "Projection",
                "Query", "Store", "Telemetry", "Threads",
            ]),
        tests("SimulatorTests", ["Events", "HTTP", "JSON", "Simulator", "Telemetry", "Threads"]),
        tests(
            "AppTests",
            [
                "App", "Configuration", "Consumer", "Events", "HTTP", "Ingress", "Journal", "JSON",
                "Kafka", "Management", "Projection", "Publisher", "SQLite", "Simulator", "Store",
                "Telemetry", "Threads",
            ]),
        tests(
            "FlowTests",
            [
                "Events", "HTTPClient", "Journal", "Kafka", "SQLite", "Simulator", "Store",
                "Telemetry", "Threads",
            ]),
        tests(
            "FuzzTests",
            [
                "App", "Configuration", "Events", "Files", "JSON", "Journal", "Projection",
                "Telemetry", "Threads",
            ],
            exclude: ["Corpus", "words.dict"]),
        tests("TidyTests"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
