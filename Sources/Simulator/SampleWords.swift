/// Names of people, streets and products, so that simulated bodies look like real ones.
enum SampleWords {
    static let given = [
        "Astrid", "Björn", "Cecilia", "David", "Elsa", "Fatima", "Gustav", "Hedda", "Isak", "Jonas",
        "Karin", "Linnéa", "Mohammed", "Nora", "Oskar", "Petra", "Rasmus", "Sofia", "Tove", "Wilma",
    ]
    static let family = [
        "Andersson", "Bergström", "Dahl", "Ekman", "Forsberg", "Gunnarsson", "Holm", "Isaksson",
        "Johansson", "Karlsson", "Lindqvist", "Nyström", "Öberg", "Persson", "Sandberg", "Åkesson",
    ]
    static let streets = ["Storgatan", "Kungsgatan", "Skolvägen", "Parkvägen", "Björkgatan"]
    static let cities = ["Stockholm", "Göteborg", "Malmö", "Uppsala", "Västerås", "Örebro"]
    static let products = [
        "mobile-plan-basic", "mobile-plan-premium", "mobile-data-50gb", "fiber-250", "pbx-seat",
        "sim-extra", "roaming-eu", "number-fixed",
    ]
    static let lineItemStates = ["PENDING", "PROCESSING", "ACTIVATING", "COMPLETED"]
}
