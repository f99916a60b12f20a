#define _GNU_SOURCE
#include "CThreads.h"

#include <errno.h>
#include <unistd.h>

int hookline_thread_start(pthread_t *thread, const char *name, size_t stack_bytes,
                          void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0) return code;
    code = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (code == 0) code = pthread_create(thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    // A name is for people who look; a thread without one works as well.
    if (code == 0) pthread_setname_np(*thread, name);
    return code;
}

int hookline_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    int code = pthread_condattr_init(&attributes);
    if (code != 0) return code;
    code = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (code == 0) code = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return code;
}

static void waited_for(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
}

void hookline_signals_block(void) {
    sigset_t set;
    waited_for(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void hookline_ignore_broken_pipes(void) {
    signal(SIGPIPE, SIG_IGN);
}

static void end(int number) {
    _exit(128 + number);
}

void hookline_end_on_signals(void) {
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

const char *hookline_environment(int index) {
    return environ[index];
}

int hookline_signals_wait(const struct timespec *limit) {
    sigset_t set;
    waited_for(&set);
    for (;;) {
        int number = limit ? sigtimedwait(&set, NULL, limit) : sigwaitinfo(&set, NULL);
        if (number > 0) return number;
        if (errno == EAGAIN) return 0;
    }
}
