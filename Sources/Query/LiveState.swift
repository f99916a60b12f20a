internal import Store

/// The live generation, read on a connection of its own; for one thread.
///
/// Another generation may become the live one at any time: each question begins with `current`.
final class LiveState {
    private let folder: StateFolder
    private var reader: StateReader?

    init(_ folder: StateFolder) {
        self.folder = folder
    }

    /// A reader of the generation that is live now.
    func current() throws(StoreError) -> StateReader {
        if let reader, try folder.currentDatabase() == reader.path { return reader }
        reader = nil
        let opened = try StateReader.open(folder)
        reader = opened
        return opened
    }

    /// Lets go of a generation that is not the live one any more; for moments without a question.
    ///
    /// A generation is not removed while a reader has it open.
    func settle() {
        guard let reader else { return }
        if (try? folder.currentDatabase()) != reader.path { self.reader = nil }
    }
}

extension StateReader {
    /// The generation's name: that of the folder that its database lies in.
    var generation: String {
        path.split(separator: "/").dropLast().last.map(String.init) ?? path
    }
}
