/// The executable `hookline`.
@main enum Hookline {
    static func main() {
        print("hookline")
    }
}
