import Configuration
import Events
import Files
import HTTP
import Kafka
import Journal
import Management
import Publisher
import Telemetry

/// The settings of every part, read once.
///
/// Each command reads all of them, also those of parts that it does not run: so every command
/// tells the same problems, and one file serves all.
struct Settings: Sendable {
    let log: LogConfiguration
    let catalogue: Catalogue
    let journal: JournalConfiguration
    let kafka: KafkaConfiguration
    let publisher: PublisherConfiguration
    let topics: TopicsConfiguration
    let stateFolder: String
    let management: HTTPServerConfiguration

    init(_ root: ConfigurationSection) {
        log = LogConfiguration(root.section("log"))
        catalogue = Self.catalogue(root.section("catalogue"))
        journal = JournalConfiguration(root.section("journal"))
        kafka = KafkaConfiguration(root.section("kafka"))
        publisher = PublisherConfiguration(root.section("publisher"))
        topics = TopicsConfiguration(root.section("topics"))
        stateFolder = root.section("state").string(
            "folder", default: "data/state", allowed: "a folder's path"
        ) { !$0.isEmpty }
        management = .management(root.section("management"))
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
