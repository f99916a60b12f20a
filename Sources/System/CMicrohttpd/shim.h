#pragma once
#include <microhttpd.h>
#include <string.h>

/* Calls with `...` do not come into Swift: here they are without. */

static inline int hookline_connection_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static inline const struct sockaddr *hookline_connection_address(
    struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

static inline void *hookline_connection_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static inline size_t hookline_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/* Versions before 1.0 take a bare LF, a NUL, a folded line and a line without a name, but leave all
 * lines where they came, so that we can see the gaps. Later ones refuse them, if told to be strict;
 * strict ones before would refuse other things, with a broken answer. */
static inline int hookline_is_lenient(void) {
    return MHD_get_version()[0] == '0';
}

/* The target is compared as it came: unescaping would let %00 end it early. */
static inline size_t hookline_leave_escaped(
    void *context, struct MHD_Connection *connection, char *text) {
    (void) context;
    (void) connection;
    return strlen(text);
}

typedef void *(*hookline_request_line)(
    void *context, const char *target, struct MHD_Connection *connection);

/* A daemon on a socket that listens already; NULL with errno where it cannot start. */
static inline struct MHD_Daemon *hookline_daemon_start(
    int listener, unsigned int threads, unsigned int connections, size_t connection_memory,
    void *context, MHD_AcceptPolicyCallback accept, MHD_NotifyConnectionCallback connection,
    hookline_request_line request_line, MHD_AccessHandlerCallback request,
    MHD_RequestCompletedCallback completed) {
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, accept, context, request,
        context,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket) listener,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
        MHD_OPTION_NOTIFY_CONNECTION, connection, context,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_URI_LOG_CALLBACK, request_line, context,
        MHD_OPTION_STRICT_FOR_CLIENT, hookline_is_lenient() ? 0 : 1,
        MHD_OPTION_UNESCAPE_CALLBACK, &hookline_leave_escaped, NULL,
        MHD_OPTION_END);
}
