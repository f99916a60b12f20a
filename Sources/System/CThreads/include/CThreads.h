#pragma once
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

// What Glibc's module map leaves out (it needs _GNU_SOURCE) or imports awkwardly.

// Starts `body(context)` on a thread with a name and a stack; 0 or an errno.
int hookline_thread_start(pthread_t *thread, const char *name, size_t stack_bytes,
                          void *(*body)(void *), void *context);

// A condition whose timed wait goes by CLOCK_MONOTONIC; 0 or an errno.
int hookline_condition_init(pthread_cond_t *condition);

// SIGTERM, SIGINT, SIGHUP and SIGUSR1: blocked in the calling thread and those it starts.
void hookline_signals_block(void);

// Waits for one of them: its number, or 0 when the time is over (NULL: no limit).
int hookline_signals_wait(const struct timespec *limit);

// SIGTERM, SIGINT and SIGHUP end the process with 128 and their number, unless they are blocked.
void hookline_end_on_signals(void);

// Writes to a pipe that nobody reads fail instead of killing the process.
void hookline_ignore_broken_pipes(void);

// The environment's entry at this index, `NAME=value`; NULL after the last.
const char *hookline_environment(int index);
