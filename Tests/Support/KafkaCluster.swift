/// Several real Kafka nodes that are one cluster; each can be ended, frozen and started by itself.
package final class KafkaCluster: Sendable {
    /// The nodes, in the order of their ids from 1.
    package let nodes: [RealKafka]

    /// Starts so many nodes with these broker settings over the usual ones, and waits for them.
    ///
    /// Of three, each topic has three replicas, two of which must have a record; a dead broker is
    /// replaced within three seconds.
    package init(nodes count: Int, settings: [String: String] = [:]) throws {
        if let whyNot = RealKafka.whyNot { throw TimedOut(description: whyNot) }
        let voters = try KafkaVoters(nodes: count)
        var all = ["broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"]
        all.merge(settings) { $1 }
        nodes = try (0..<count).map { try RealKafka(voters, $0, all) }
        for node in nodes { try node.waitUntilReady() }
    }

    /// The nodes, as clients take them.
    package var bootstrapServers: String {
        nodes.map(\.bootstrapServers).joined(separator: ",")
    }
}

/// Who decides in a cluster, and where: each node has one port for clients and one for the others.
struct KafkaVoters {
    let ports: [(client: Int, controller: Int)]

    init(nodes: Int) throws {
        let free = try FreePort.some(nodes * 2)
        ports = (0..<nodes).map { (free[$0 * 2], free[$0 * 2 + 1]) }
    }

    /// As `controller.quorum.voters` has them.
    var text: String {
        ports.indices.map { "\($0 + 1)@127.0.0.1:\(ports[$0].controller)" }
            .joined(separator: ",")
    }
}
