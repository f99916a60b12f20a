#define _GNU_SOURCE
#include "Interposer.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// MARK: - What is asked for

static const char *plannedCall;
static const char *plannedPath;
static const char *plannedThread;
static const char *sign;
static int plannedNumber;
static int plannedError;
static int repeats;
static size_t leastBytes, mostBytes;
static const char *clockFile;
static uintptr_t programStart, programEnd;
static atomic_int calls;

static int number(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/// The first object is the program itself.
static int findProgram(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size;
    (void)unused;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[index];
        if (part->p_type != PT_LOAD) continue;
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        if (!programStart || start < programStart) programStart = start;
        if (start + part->p_memsz > programEnd) programEnd = start + part->p_memsz;
    }
    return 1;
}

__attribute__((constructor)) static void readPlan(void) {
    plannedPath = getenv("INTERPOSER_PATH");
    plannedThread = getenv("INTERPOSER_THREAD");
    plannedNumber = number("INTERPOSER_NUMBER", 1);
    plannedError = number("INTERPOSER_ERRNO", EIO);
    repeats = number("INTERPOSER_REPEAT", 0);
    leastBytes = (size_t)number("INTERPOSER_LEAST", 0);
    mostBytes = (size_t)number("INTERPOSER_MOST", INT_MAX);
    sign = getenv("INTERPOSER_SIGN");
    plannedCall = getenv("INTERPOSER_CALL");
    clockFile = getenv("INTERPOSER_CLOCK");
    if (clockFile) dl_iterate_phdr(findProgram, NULL);
}

// MARK: - Failing

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int isPlanned(const char *call) { return plannedCall && !strcmp(call, plannedCall); }

/// The call of that name in the library below, looked up once.
#define BELOW(type, name, ...)                                         \
    ({                                                                 \
        static void *found;                                            \
        void *below = __atomic_load_n(&found, __ATOMIC_RELAXED);       \
        if (!below) {                                                  \
            below = next(name);                                        \
            __atomic_store_n(&found, below, __ATOMIC_RELAXED);         \
        }                                                              \
        (type(*)(__VA_ARGS__)) below;                                  \
    })

static int openBelow(const char *path, int flags, mode_t mode) {
    return BELOW(int, "open", const char *, int, ...)(path, flags, mode);
}

static int isOfPlannedThread(void) {
    char name[16] = "";
    if (!plannedThread) return 1;
    pthread_getname_np(pthread_self(), name, sizeof name);
    return !strcmp(name, plannedThread);
}

/// Whether this call, of a file at this path, is the one.
static int isTurn(const char *path) {
    if (plannedPath && !strstr(path, plannedPath)) return 0;
    if (!isOfPlannedThread()) return 0;
    int count = atomic_fetch_add(&calls, 1) + 1;
    if (count < plannedNumber) return 0;
    if (count > plannedNumber && !(repeats && sign && access(sign, F_OK) == 0)) return 0;
    if (sign && count == plannedNumber) {
        int file = openBelow(sign, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (file >= 0) close(file);
    }
    return 1;
}

static int isTurnOf(const char *call, int descriptor) {
    if (!isPlanned(call)) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return isTurn(path);
}

static int fail(void) {
    errno = plannedError;
    return -1;
}

static void forgetErrors(int descriptor);

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list list;
        va_start(list, flags);
        mode = va_arg(list, mode_t);
        va_end(list);
    }
    if (isPlanned("open") && isTurn(path)) return fail();
    int descriptor = openBelow(path, flags, mode);
    if (isPlanned("fdatasync")) forgetErrors(descriptor);
    return descriptor;
}

// MARK: - What a failed sync loses

/// The kernel may count what a failed sync did not write as written, and drop it: until the next
/// sync of the file, what each write covers is kept as it was, and put back when that sync is the
/// one to fail, whichever descriptor wrote it.
struct write {
    dev_t device;
    ino_t inode;
    off_t offset;
    size_t count;
    char *before;
};
static struct write writes[64];
static int writeCount;

/// A write-back error is reported once to each open file description that was open when it
/// happened: of each file the number of errors, and of each descriptor how many it was told of.
struct errors {
    dev_t device;
    ino_t inode;
    int count;
};
static struct errors failures[16];
static int failureCount;
static int known[1024];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct errors *failuresOf(int descriptor, int makes) {
    struct stat facts;
    if (descriptor < 0 || descriptor >= 1024 || fstat(descriptor, &facts) != 0) return NULL;
    for (int index = 0; index < failureCount; index++) {
        struct errors *each = &failures[index];
        if (each->device == facts.st_dev && each->inode == facts.st_ino) return each;
    }
    if (!makes || failureCount == 16) return NULL;
    failures[failureCount] = (struct errors){facts.st_dev, facts.st_ino, 0};
    return &failures[failureCount++];
}

/// A descriptor that is opened now is not told of what others were told of before.
static void forgetErrors(int descriptor) {
    pthread_mutex_lock(&lock);
    struct errors *found = failuresOf(descriptor, 0);
    if (descriptor >= 0 && descriptor < 1024) known[descriptor] = found ? found->count : 0;
    pthread_mutex_unlock(&lock);
}

/// Whether there is an error that the descriptor was not told of; now it is.
static int isToldOfError(int descriptor, int isNew) {
    pthread_mutex_lock(&lock);
    struct errors *found = failuresOf(descriptor, isNew);
    if (found && isNew) found->count++;
    int isTold = found && known[descriptor] != found->count;
    if (isTold) known[descriptor] = found->count;
    pthread_mutex_unlock(&lock);
    return isTold;
}

static void remember(int descriptor, size_t count, off_t offset) {
    struct stat facts;
    if (fstat(descriptor, &facts) != 0) return;
    pthread_mutex_lock(&lock);
    if (writeCount < 64) {
        char *before = calloc(1, count);
        ssize_t read = pread(descriptor, before, count, offset);
        if (read >= 0) {
            writes[writeCount++] =
                (struct write){facts.st_dev, facts.st_ino, offset, count, before};
        } else {
            free(before);
        }
    }
    pthread_mutex_unlock(&lock);
}

static int isOf(const struct write *each, const struct stat *facts) {
    return each->device == facts->st_dev && each->inode == facts->st_ino;
}

/// Forgets the writes of a file that are on disk now, or puts back what was there, the last first.
static void settle(int descriptor, int putsBack) {
    struct stat facts;
    if (fstat(descriptor, &facts) != 0) return;
    pthread_mutex_lock(&lock);
    int kept = 0;
    for (int index = writeCount - 1; index >= 0 && putsBack; index--) {
        struct write *each = &writes[index];
        if (!isOf(each, &facts)) continue;
        BELOW(ssize_t, "pwrite", int, const void *, size_t, off_t)
        (descriptor, each->before, each->count, each->offset);
    }
    for (int index = 0; index < writeCount; index++) {
        if (isOf(&writes[index], &facts)) {
            free(writes[index].before);
        } else {
            writes[kept++] = writes[index];
        }
    }
    writeCount = kept;
    pthread_mutex_unlock(&lock);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t (*below)(int, const void *, size_t, off_t) =
        BELOW(ssize_t, "pwrite", int, const void *, size_t, off_t);
    if (count >= leastBytes && count <= mostBytes && isTurnOf("pwrite", descriptor)) {
        if (plannedError) return fail();
        count = count > 1 ? count / 2 : count;
    }
    if (isPlanned("fdatasync")) remember(descriptor, count, offset);
    return below(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
    if (!isPlanned("fdatasync")) return BELOW(int, "fdatasync", int)(descriptor);
    int isTurn = isTurnOf("fdatasync", descriptor);
    if (isTurn) settle(descriptor, 1);
    if (isToldOfError(descriptor, isTurn)) return fail();
    int code = BELOW(int, "fdatasync", int)(descriptor);
    settle(descriptor, 0);
    return code;
}

// MARK: - The rest of the calls

int fsync(int descriptor) {
    if (isTurnOf("fsync", descriptor)) return fail();
    return BELOW(int, "fsync", int)(descriptor);
}

int rename(const char *path, const char *other) {
    if (isPlanned("rename")) {
        const char *fitting = plannedPath && strstr(other, plannedPath) ? other : path;
        if (isTurn(fitting)) return fail();
    }
    return BELOW(int, "rename", const char *, const char *)(path, other);
}

int ftruncate(int descriptor, off_t size) {
    if (isTurnOf("ftruncate", descriptor)) return fail();
    return BELOW(int, "ftruncate", int, off_t)(descriptor, size);
}

int posix_fallocate(int descriptor, off_t start, off_t size) {
    // It answers its error; errno stays.
    if (isTurnOf("posix_fallocate", descriptor)) return plannedError;
    return BELOW(int, "posix_fallocate", int, off_t, off_t)(descriptor, start, size);
}

int remove(const char *path) {
    if (isPlanned("remove") && isTurn(path)) return fail();
    return BELOW(int, "remove", const char *)(path);
}

int flock(int descriptor, int operation) {
    if (isTurnOf("flock", descriptor)) return fail();
    return BELOW(int, "flock", int, int)(descriptor, operation);
}

// MARK: - The clock

static long long secondsWrong(void) {
    int file = openBelow(clockFile, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0) return 0;
    char text[32] = {0};
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int code = BELOW(int, "clock_gettime", clockid_t, struct timespec *)(clock, time);
    if (code == 0 && clock == CLOCK_REALTIME && clockFile) {
        uintptr_t caller = (uintptr_t)__builtin_return_address(0);
        if (caller >= programStart && caller < programEnd) time->tv_sec += secondsWrong();
    }
    return code;
}
