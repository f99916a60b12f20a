internal import CMicrohttpd
internal import Glibc

/// The library's daemon: its threads, and the five functions that it calls.
@safe final class HTTPDaemon: @unchecked Sendable {
    // Safe because: the pointer is set once, and the one call made with it (stop) is made by the
    // thread that stops the server.
    private let daemon: OpaquePointer
    private let core: HTTPCore

    /// Memory of a connection for its headers; a body comes in pieces of about the same size.
    ///
    /// Each request clears it, so more is not better.
    private static let connectionMemory = 16 << 10

    /// Starts serving the connections of a socket that listens.
    init(_ core: HTTPCore, listener: Int32, threads: Int, connections: Int) throws(HTTPServerError)
    {
        let context = unsafe hold(core)
        let started = unsafe hookline_daemon_start(
            listener, UInt32(threads), UInt32(connections), Self.connectionMemory, context,
            onAccept, onConnection, onRequestLine, onRequest, onCompleted)
        guard let started = unsafe started else {
            let code = errno
            unsafe release(core: context)
            throw .daemon(code: code)
        }
        self.core = core
        unsafe daemon = unsafe started
    }

    /// Closes all connections and the listening socket, and ends the threads; nothing may be
    /// suspended.
    func stop() {
        unsafe MHD_stop_daemon(daemon)
        unsafe release(core: Unmanaged.passUnretained(core).toOpaque())
    }
}

// MARK: - What C holds: one retain and one release each

private func hold(_ object: some AnyObject) -> UnsafeMutableRawPointer {
    unsafe Unmanaged.passRetained(object).toOpaque()
}

private func release(core context: UnsafeMutableRawPointer) {
    unsafe Unmanaged<HTTPCore>.fromOpaque(context).release()
}

private func release(connection context: UnsafeMutableRawPointer) {
    unsafe Unmanaged<HTTPConnection>.fromOpaque(context).release()
}

private func release(exchange context: UnsafeMutableRawPointer) {
    unsafe Unmanaged<HTTPExchange>.fromOpaque(context).release()
}

private func core(_ context: UnsafeMutableRawPointer?) -> HTTPCore {
    guard let context = unsafe context else { preconditionFailure("a callback without its core") }
    return unsafe Unmanaged<HTTPCore>.fromOpaque(context).takeUnretainedValue()
}

private func connection(of handle: OpaquePointer?) -> HTTPConnection {
    guard let context = unsafe hookline_connection_context(handle) else {
        preconditionFailure("a connection that was not announced")
    }
    return unsafe Unmanaged<HTTPConnection>.fromOpaque(context).takeUnretainedValue()
}

// MARK: - What C calls

private let onAccept: MHD_AcceptPolicyCallback = { context, _, _ in
    let core = unsafe core(context)
    if core.table.hasRoom { return .YES }
    core.metrics.countDrop()
    return .NO
}

private let onConnection: MHD_NotifyConnectionCallback = { context, handle, own, event in
    let core = unsafe core(context)
    if event.rawValue == 0 {
        let connection = core.table.add(
            descriptor: unsafe hookline_connection_descriptor(handle),
            from: unsafe PeerAddress(hookline_connection_address(handle)))
        unsafe own?.pointee = unsafe hold(connection)
    } else if let context = unsafe own?.pointee {
        let connection = unsafe connection(of: handle)
        if connection.lingers { core.linger.keep(connection.descriptor) }
        core.table.remove(connection)
        unsafe own?.pointee = nil
        unsafe release(connection: context)
    }
}

private let onRequestLine: hookline_request_line = { _, _, handle in
    unsafe connection(of: handle).enter(.header)
    return nil
}

private let onRequest: MHD_AccessHandlerCallback = {
    context, handle, target, method, version, piece, pieceCount, own in
    if let known = unsafe own?.pointee {
        let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(known).takeUnretainedValue()
        guard let piece = unsafe piece, let pieceCount = unsafe pieceCount else {
            return exchange.finish()
        }
        let bytes = unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(piece).assumingMemoryBound(to: UInt8.self),
            count: pieceCount.pointee)
        unsafe pieceCount.pointee = 0
        return exchange.receive(unsafe bytes.span) ? .YES : .NO
    }
    guard let handle = unsafe handle, let target = unsafe target, let method = unsafe method,
        let version = unsafe version
    else { return .NO }
    let core = unsafe core(context)
    let exchange = unsafe HTTPExchange(
        core, connection(of: handle), handle,
        HTTPRequestHead(handle, target: target, method: method, version: version))
    core.exchangeBegan()
    unsafe own?.pointee = unsafe hold(exchange)
    return exchange.begin()
}

private let onCompleted: MHD_RequestCompletedCallback = { context, handle, own, _ in
    guard let known = unsafe own?.pointee else {
        // The library answered by itself, before the headers were whole.
        unsafe connection(of: handle).enter(.idle)
        return
    }
    unsafe Unmanaged<HTTPExchange>.fromOpaque(known).takeUnretainedValue().complete()
    unsafe own?.pointee = nil
    unsafe release(exchange: known)
    unsafe core(context).exchangeEnded()
}
