import Testing

@testable import App

struct SizeTextTests {
    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
        (64 << 20, "64.0 MiB"), (4 << 30, "4.0 GiB"), (5000 << 30, "4.8 TiB"),
    ])
    func `a size is in its largest unit`(bytes: Int, text: String) {
        #expect(SizeText.of(bytes) == text)
    }
}
