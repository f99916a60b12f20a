// Watches the state's database from outside: how long after it was due was each event applied?
//
//   applied DATABASE SECONDS
//
// Each event says in occurredAt when it was due to be posted, and the history keeps that as the
// first twelve bytes of its version. Prints percentiles in milliseconds, of all that is seen after
// the first second until SECONDS have gone by.
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t number(const unsigned char *bytes, int count) {
    uint64_t value = 0;
    for (int index = 0; index < count; index++) value = value << 8 | bytes[index];
    return value;
}

static int compare(const void *left, const void *right) {
    const double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double waits[1 << 20];
static size_t seen;

static double percentile(double share) {
    if (seen == 0) return 0;
    return waits[(size_t)((double)(seen - 1) * share)] * 1000;
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    sqlite3 *database;
    sqlite3_stmt *statement;
    if (sqlite3_open_v2(arguments[1], &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database,
                           "SELECT number, version FROM history WHERE number > ? ORDER BY number",
                           -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", arguments[1], sqlite3_errmsg(database));
        return 1;
    }
    sqlite3_int64 last = 0;
    double start = 0;
    const double end = now() + atof(arguments[2]);
    while (now() < end && seen < sizeof waits / sizeof *waits) {
        sqlite3_bind_int64(statement, 1, last);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const unsigned char *version = sqlite3_column_blob(statement, 1);
            const double time = (double)(int64_t)(number(version, 8) ^ (1ULL << 63)) +
                                (double)number(version + 8, 4) / 1e9;
            const double applied = now();
            if (start == 0) start = applied;
            if (applied > start + 1) waits[seen++] = applied - time;
            last = sqlite3_column_int64(statement, 0);
        }
        sqlite3_reset(statement);
        usleep(300);
    }
    qsort(waits, seen, sizeof *waits, compare);
    printf("events=%zu p50=%.2f p99=%.2f max=%.2f\n", seen, percentile(0.5), percentile(0.99),
           percentile(1));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return 0;
}
