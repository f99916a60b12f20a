import Testing

@testable import HTTP

struct BodyBudgetTests {
    @Test func `what does not fit is not taken, and what is given back fits again`() {
        let budget = BodyBudget(limit: 10)
        #expect(budget.take(6))
        #expect(!budget.take(5))
        #expect(budget.take(4))
        budget.give(10)
        #expect(budget.used == 0)
    }
}
