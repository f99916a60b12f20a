// librdkafka's own consumer at Hookline's settings: the yardstick for applying.
//
//   consume BROKERS TOPIC PARTITIONS
//
// Reads every partition from its beginning to its end and keeps nothing. Prints the records a
// second from the first record to the last.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set(rd_kafka_conf_t *settings, const char *name, const char *value) {
    char reason[512];
    if (rd_kafka_conf_set(settings, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK) return;
    fprintf(stderr, "%s\n", reason);
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 4) return 64;
    const int partitions = atoi(arguments[3]);
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "bootstrap.servers", arguments[1]);
    set(settings, "log_level", "3");
    set(settings, "socket.nagle.disable", "true");
    set(settings, "group.id", "bench");
    set(settings, "enable.auto.commit", "false");
    set(settings, "enable.auto.offset.store", "false");
    set(settings, "auto.offset.reset", "error");
    set(settings, "enable.partition.eof", "true");
    set(settings, "queued.max.messages.kbytes", "16384");
    char reason[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, settings, reason, sizeof reason);
    if (client == NULL) return 1;
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int partition = 0; partition < partitions; partition++) {
        rd_kafka_topic_partition_list_add(list, arguments[2], partition)->offset = 0;
    }
    rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    static rd_kafka_message_t *batch[1000];
    long records = 0, bytes = 0;
    int ended = 0;
    double first = 0, last = 0;
    while (ended < partitions) {
        const ssize_t got = rd_kafka_consume_batch_queue(queue, 10, batch, 1000);
        for (ssize_t index = 0; index < got; index++) {
            if (batch[index]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                ended++;
            } else if (batch[index]->err) {
                fprintf(stderr, "%s\n", rd_kafka_message_errstr(batch[index]));
                return 1;
            } else {
                if (records == 0) first = now();
                records++;
                bytes += (long)batch[index]->len;
                last = now();
            }
            rd_kafka_message_destroy(batch[index]);
        }
    }
    printf("records=%ld bytes=%ld rate=%.0f\n", records, bytes,
           (double)(records - 1) / (last - first));
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return 0;
}
