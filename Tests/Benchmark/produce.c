// librdkafka's own producer at Hookline's settings: the yardstick for publishing.
//
//   produce BROKERS TOPIC TEMPLATE COUNT [ENTITIES]
//
// The records are of as many orders, in turn; without ENTITIES eight follow each other of each.
// The records are those that Hookline publishes: the same bodies, keys and headers. Prints the
// records a second from the first delivery report to the last.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static long delivered, failed;
static double first, last;

static void on_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *context) {
    (void)client, (void)context;
    last = now();
    if (delivered == 0) first = last;
    if (message->err) failed++;
    delivered++;
}

static void set(rd_kafka_conf_t *settings, const char *name, const char *value) {
    char reason[512];
    if (rd_kafka_conf_set(settings, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK) return;
    fprintf(stderr, "%s\n", reason);
    exit(1);
}

static char *parts[4];

static void read_template(const char *path) {
    static char text[1 << 20];
    FILE *file = fopen(path, "rb");
    const size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (length == 0) exit(1);
    text[length] = 0;
    char *rest = text;
    for (int part = 0; part < 4; part++) parts[part] = strsep(&rest, "\1");
    if (parts[3] == NULL) exit(1);
}

static void add(rd_kafka_headers_t *headers, const char *name, const char *value) {
    rd_kafka_header_add(headers, name, -1, value, -1);
}

static long entities;

static void produce(rd_kafka_t *client, rd_kafka_topic_t *topic, long number) {
    static char body[1 << 20];
    char id[64], time[64], order[64], subject[80], sequence[32];
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012lx", number);
    snprintf(time, sizeof time, "2026-01-01T00:00:00.%09ldZ", number);
    snprintf(order, sizeof order, "order-00-%08ld",
             entities > 0 ? number % entities : number / 8);
    snprintf(subject, sizeof subject, "order/%s", order);
    snprintf(sequence, sizeof sequence, "%ld", number);
    const int length = snprintf(body, sizeof body, "%s%s%s%s%s%s%s", parts[0], id, parts[1], time,
                                parts[2], order, parts[3]);
    while (1) {
        rd_kafka_headers_t *headers = rd_kafka_headers_new(9);
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", id);
        add(headers, "ce_type", "order.updated");
        add(headers, "ce_source", "telness/connect");
        add(headers, "ce_time", time);
        add(headers, "ce_subject", subject);
        add(headers, "content-type", "application/json");
        add(headers, "hookline-sequence", sequence);
        add(headers, "hookline-received-at", time);
        rd_kafka_vu_t arguments[] = {
            {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
            {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {order, strlen(order)}},
            {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {body, (size_t)length}},
            {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
        };
        rd_kafka_error_t *error = rd_kafka_produceva(client, arguments, 5);
        if (error == NULL) break;
        rd_kafka_headers_destroy(headers);
        if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            fprintf(stderr, "%s\n", rd_kafka_error_string(error));
            exit(1);
        }
        rd_kafka_error_destroy(error);
        rd_kafka_poll(client, 10);
    }
    rd_kafka_poll(client, 0);
}

int main(int count, char **arguments) {
    if (count != 5 && count != 6) return 64;
    const long records = atol(arguments[4]);
    entities = count == 6 ? atol(arguments[5]) : 0;
    read_template(arguments[3]);
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "bootstrap.servers", arguments[1]);
    set(settings, "log_level", "3");
    set(settings, "socket.nagle.disable", "true");
    set(settings, "linger.ms", "1");
    set(settings, "message.max.bytes", "1114112");
    set(settings, "enable.idempotence", "true");
    set(settings, "acks", "all");
    set(settings, "enable.gapless.guarantee", "true");
    set(settings, "message.timeout.ms", "0");
    set(settings, "partitioner", "murmur2_random");
    set(settings, "queue.buffering.max.messages", "20000");
    rd_kafka_conf_set_dr_msg_cb(settings, on_report);
    char reason[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, settings, reason, sizeof reason);
    if (client == NULL) return 1;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, arguments[2], NULL);
    for (long number = 1; number <= records; number++) produce(client, topic, number);
    while (delivered < records) rd_kafka_poll(client, 100);
    printf("records=%ld failed=%ld rate=%.0f\n", delivered, failed,
           (double)(delivered - 1) / (last - first));
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return failed > 0;
}
