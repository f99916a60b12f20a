internal import Threads

/// Every metric of the process, rendered as Prometheus reads it.
///
/// Asking for a name and labels a second time gives the same instrument. Registering takes a lock,
/// counting does not: parts keep their instruments.
package final class Metrics: Sendable {
    private enum Reading: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case read(@Sendable () -> Double)
        case histogram(Histogram)
    }

    private struct Family: Sendable {
        let help: String
        let kind: String
        var series: [(labels: String, reading: Reading)] = []
    }

    private struct Registry: Sendable {
        var names: [String] = []
        var families: [String: Family] = [:]
    }

    private let registry = Monitor(Registry())

    /// No metric yet.
    package init() {}

    /// The counter of this name and these labels.
    package func counter(
        _ name: String, _ help: String, _ labels: [(String, String)] = []
    ) -> Counter {
        let found = series(name, help, "counter", labels) { .counter(Counter()) }
        guard case .counter(let counter) = found else { preconditionFailure(mixed(name)) }
        return counter
    }

    /// The gauge of this name and these labels.
    package func gauge(
        _ name: String, _ help: String, _ labels: [(String, String)] = []
    ) -> Gauge {
        let found = series(name, help, "gauge", labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = found else { preconditionFailure(mixed(name)) }
        return gauge
    }

    /// A gauge that is read when somebody looks; the last reader registered is asked.
    package func gauge(
        _ name: String, _ help: String, _ labels: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        _ = series(name, help, "gauge", labels, replacing: true) { .read(read) }
    }

    /// The histogram of this name and these labels, with these upper bounds.
    package func histogram(
        _ name: String, _ help: String, buckets: [Double] = Histogram.secondsBuckets,
        _ labels: [(String, String)] = []
    ) -> Histogram {
        let found = series(name, help, "histogram", labels) {
            .histogram(Histogram(bounds: buckets))
        }
        guard case .histogram(let histogram) = found else { preconditionFailure(mixed(name)) }
        return histogram
    }

    /// The text exposition format, version 0.0.4.
    package func render() -> String {
        // The readers run outside the lock: they may take locks of their own.
        let registry = registry.withLock { $0 }
        var text = ""
        for name in registry.names {
            guard let family = registry.families[name] else { continue }
            text += "# HELP \(name) \(escapedHelp(family.help))\n# TYPE \(name) \(family.kind)\n"
            for (labels, reading) in family.series { text += lines(name, labels, reading) }
        }
        return text
    }

    private func series(
        _ name: String, _ help: String, _ kind: String, _ labels: [(String, String)],
        replacing: Bool = false, _ make: () -> Reading
    ) -> Reading {
        let labels = labels.map { "\($0.0)=\"\(escapedLabel($0.1))\"" }.joined(separator: ",")
        return registry.withLock { registry in
            if registry.families[name] == nil { registry.names.append(name) }
            var family = registry.families[name] ?? Family(help: help, kind: kind)
            precondition(family.kind == kind, mixed(name))
            let known = family.series.firstIndex { $0.labels == labels }
            if let known, !replacing { return family.series[known].reading }
            let made = make()
            if let known { family.series.remove(at: known) }
            family.series.append((labels, made))
            registry.families[name] = family
            return made
        }
    }

    private func lines(_ name: String, _ labels: String, _ reading: Reading) -> String {
        switch reading {
        case .counter(let counter): line(name, labels, Double(counter.value))
        case .gauge(let gauge): line(name, labels, gauge.value)
        case .read(let read): line(name, labels, read())
        case .histogram(let histogram): lines(name, labels, histogram)
        }
    }

    private func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
        let (cumulative, sum) = histogram.reading()
        let bounds = histogram.bounds.map(number) + ["+Inf"]
        let prefix = labels.isEmpty ? "" : labels + ","
        var text = ""
        for (bound, count) in zip(bounds, cumulative) {
            text += line("\(name)_bucket", "\(prefix)le=\"\(bound)\"", Double(count))
        }
        return text + line("\(name)_sum", labels, sum)
            + line("\(name)_count", labels, Double(cumulative.last ?? 0))
    }

    private func line(_ name: String, _ labels: String, _ value: Double) -> String {
        name + (labels.isEmpty ? "" : "{\(labels)}") + " " + number(value) + "\n"
    }
}

private func mixed(_ name: String) -> String {
    "the metric \(name) is registered as two kinds"
}

/// Whole numbers without a point, so that counts read as counts.
private func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
}

private func escapedHelp(_ text: String) -> String {
    text.map { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }.joined()
}

private func escapedLabel(_ text: String) -> String {
    text.map { $0 == "\"" ? "\\\"" : escapedHelp(String($0)) }.joined()
}
