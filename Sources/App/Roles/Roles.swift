import Consumer
import Ingress
import Journal
import Management
import Publisher
import Query
import Threads

// The roles: their parts in flow order, and so the order of stopping, front to back. A part that
// fails takes its role down in the same order.
//
//     part        its threads (names as in `top -H`)     how it stops
//     ----------  -------------------------------------  -----------------------------------------
//     ingress     ingress: looks at the API keys         no new connections, 503 on open ones;
//                 libmicrohttpd's, ingress.threads        waits for the last answers
//                 the connection clocks' watch
//     journal     journal: writes and syncs batches      syncs and answers the last batch, end mark
//                 journal-keeper: segments, checkpoints
//     publisher   publisher: reads and produces          does not wait for Kafka; notes what was
//                 publish-reports: delivery reports       acknowledged
//                 kafka-offsets (exactly-once): position
//                 librdkafka's own
//     consumer    consumer: reads, applies, commits      ends after the batch at hand
//                 kafka-waker: wakes librdkafka's fetchers
//                 librdkafka's own
//     query       query, query-1...: answer from the     no new connections; answers what waits,
//                 state; query-past: from Kafka too       what waits for Kafka gets 503
//                 libmicrohttpd's, query.threads
//     management  management: waits                      last, to be asked until the end
//                 libmicrohttpd's, one
//     printer     printer (dev only)                     prints what is left
//     demo        demo (dev --demo only)                 gives up at its next step
//
//     main        starts the parts, then waits for SIGTERM, SIGINT and SIGHUP, which are blocked
//                 in every other thread, and stops the parts
//
// The parts and their limits come to less than the ten seconds that a supervisor grants
// (`Role.stopLimit`); a second signal leaves the rest behind.

/// What `serve` runs: webhooks in, journal, Kafka.
struct ServeParts {
    let ingress: IngressServer
    let journal: JournalWriter
    let publisher: PublishLoop

    /// In flow order.
    var inOrder: [any Part] { [ingress, journal, publisher] }
}

enum Roles {
    static func serve(_ parts: ServeParts, _ management: ManagementServer) -> [any Part] {
        parts.inOrder + [management]
    }

    static func consume(
        _ query: QueryServer?, _ consumer: ConsumeLoop, _ management: ManagementServer
    ) -> [any Part] {
        [query].compactMap(\.self) + [consumer, management]
    }

    static func dev(
        demo: (any Part)?, _ parts: ServeParts, _ query: QueryServer?, _ consumer: ConsumeLoop,
        _ management: ManagementServer, _ printer: any Part
    ) -> [any Part] {
        [demo].compactMap(\.self) + parts.inOrder + consume(query, consumer, management) + [printer]
    }
}
