import Threads

/// The executable `hookline`.
@main enum Hookline {
    static func main() {
        Signals.ignoreBrokenPipes()
        Signals.endAsFirstProcess()
        let environment = ThisProcess.environment
        let runner = CommandRunner(
            commands: CommandTable.commands, console: Console(environment: environment),
            environment: environment)
        ThisProcess.exit(runner.run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }
}
