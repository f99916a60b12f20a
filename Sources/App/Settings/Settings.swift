import Configuration
import Consumer
import Events
import Files
import HTTP
import Ingress
import Journal
import Kafka
import Management
import Publisher
import Query
import Store
import Telemetry

/// The settings of every part, read once.
///
/// Each command reads all of them, including those of parts that it does not run: so every command
/// reports the same problems, and one file serves all.
struct Settings: Sendable {
    var log: LogConfiguration
    var catalogue: Catalogue
    var ingress: IngressConfiguration
    /// The sender's name in CloudEvents.
    var source: String
    var journal: JournalConfiguration
    var kafka: KafkaConfiguration
    var publisher: PublisherConfiguration
    var topics: TopicsConfiguration
    var consumer: ConsumerConfiguration
    var state: StateConfiguration
    var query: QueryConfiguration
    var management: HTTPServerConfiguration
    var dev: DevConfiguration
    /// What is given and has no effect any longer, a sentence each.
    var notices: [String] = []

    init(_ root: ConfigurationSection) {
        log = LogConfiguration(root.section("log"))
        catalogue = Self.catalogue(root.section("catalogue"))
        ingress = IngressConfiguration(root.section("ingress"))
        source = root.section("ingress").string(
            "source", default: "telness/connect", allowed: "a URI reference, without blanks"
        ) { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
        journal = JournalConfiguration(
            root.section("journal"), dedup: root.section("dedup"))
        kafka = KafkaConfiguration(root.section("kafka"))
        publisher = PublisherConfiguration(root.section("publisher"))
        topics = TopicsConfiguration(root.section("topics"))
        consumer = ConsumerConfiguration(root.section("consumer"))
        state = StateConfiguration(root.section("state"))
        query = QueryConfiguration(root.section("query"))
        management = .management(root.section("management"))
        dev = DevConfiguration(root.section("dev"))
    }

    /// The catalogue of `catalogue.file`, or the one that comes with the program.
    private static func catalogue(_ section: ConfigurationSection) -> Catalogue {
        guard let file = section.optionalString("file") else { return .shipped }
        do {
            return try Catalogue(json5: Disk().contents(of: file))
        } catch let error as CatalogueError {
            for problem in error.problems {
                section.report("file", value: "\"\(file)\"", complaint: "\(problem)")
            }
        } catch {
            section.report("file", value: "\"\(file)\"", complaint: "\(error)")
        }
        return .shipped
    }
}
