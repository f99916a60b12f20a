// For builds with the thread sanitizer, and empty in all others.
//
// The sanitizer sees threads and locks where they are called by their POSIX names. librdkafka calls
// them by those of C11, which glibc serves inside itself: a thread begun so is unknown to the
// sanitizer, and the first thing it does ends the process. Defined here, in the program, these names
// come before glibc's, and lead to the ones that the sanitizer knows.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

static int result(int code) {
    switch (code) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
    }
}

// glibc's mtx_t and cnd_t hold its pthread_mutex_t and pthread_cond_t.
static pthread_mutex_t *mutex(mtx_t *lock) { return (pthread_mutex_t *)lock; }
static pthread_cond_t *condition(cnd_t *event) { return (pthread_cond_t *)event; }

struct start {
    thrd_start_t body;
    void *context;
};

static void *run(void *context) {
    struct start start = *(struct start *)context;
    free(context);
    return (void *)(intptr_t)start.body(start.context);
}

int thrd_create(thrd_t *thread, thrd_start_t body, void *context) {
    struct start *start = malloc(sizeof *start);
    if (!start) return thrd_nomem;
    *start = (struct start){body, context};
    int code = pthread_create(thread, NULL, run, start);
    if (code != 0) free(start);
    return result(code);
}

int thrd_join(thrd_t thread, int *value) {
    void *returned = NULL;
    int code = pthread_join(thread, &returned);
    if (value) *value = (int)(intptr_t)returned;
    return result(code);
}

int mtx_init(mtx_t *lock, int kind) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (kind & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    int code = pthread_mutex_init(mutex(lock), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(code);
}

int mtx_lock(mtx_t *lock) { return result(pthread_mutex_lock(mutex(lock))); }
int mtx_trylock(mtx_t *lock) { return result(pthread_mutex_trylock(mutex(lock))); }
int mtx_unlock(mtx_t *lock) { return result(pthread_mutex_unlock(mutex(lock))); }
void mtx_destroy(mtx_t *lock) { pthread_mutex_destroy(mutex(lock)); }

int cnd_init(cnd_t *event) { return result(pthread_cond_init(condition(event), NULL)); }
int cnd_signal(cnd_t *event) { return result(pthread_cond_signal(condition(event))); }
int cnd_broadcast(cnd_t *event) { return result(pthread_cond_broadcast(condition(event))); }
void cnd_destroy(cnd_t *event) { pthread_cond_destroy(condition(event)); }

int cnd_wait(cnd_t *event, mtx_t *lock) {
    return result(pthread_cond_wait(condition(event), mutex(lock)));
}

int cnd_timedwait(cnd_t *event, mtx_t *lock, const struct timespec *deadline) {
    return result(pthread_cond_timedwait(condition(event), mutex(lock), deadline));
}

#endif
#endif
