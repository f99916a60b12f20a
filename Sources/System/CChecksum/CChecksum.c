#include "CChecksum.h"

#include <pthread.h>
#include <string.h>

// Reflected polynomial 0x1EDC6F41 (RFC 3720, appendix B.4).
static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void) {
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t crc = n;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        table[0][n] = crc;
    }
    for (uint32_t n = 0; n < 256; n++)
        for (int k = 1; k < 8; k++)
            table[k][n] = (table[k - 1][n] >> 8) ^ table[0][table[k - 1][n] & 0xff];
}

// Eight bytes a step, each through its own table ("slicing by 8").
uint32_t hookline_crc32c_table(uint32_t before, const void *bytes, size_t count) {
    pthread_once(&once, fill);
    const uint8_t *next = bytes;
    uint32_t crc = ~before;
    for (; count >= 8; count -= 8, next += 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 |
                              (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24);
        crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^
              table[4][low >> 24] ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^
              table[0][next[7]];
    }
    while (count--) crc = (crc >> 8) ^ table[0][(crc ^ *next++) & 0xff];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static uint32_t by_instruction(uint32_t before, const uint8_t *next, size_t count) {
    uint64_t crc = ~before;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    while (count--) crc = _mm_crc32_u8((uint32_t)crc, *next++);
    return ~(uint32_t)crc;
}

uint32_t hookline_crc32c(uint32_t before, const void *bytes, size_t count) {
    return __builtin_cpu_supports("sse4.2") ? by_instruction(before, bytes, count)
                                            : hookline_crc32c_table(before, bytes, count);
}

#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>

__attribute__((target("+crc")))
static uint32_t by_instruction(uint32_t before, const uint8_t *next, size_t count) {
    uint32_t crc = ~before;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = __crc32cd(crc, word);
    }
    while (count--) crc = __crc32cb(crc, *next++);
    return ~crc;
}

uint32_t hookline_crc32c(uint32_t before, const void *bytes, size_t count) {
    return getauxval(AT_HWCAP) & HWCAP_CRC32 ? by_instruction(before, bytes, count)
                                             : hookline_crc32c_table(before, bytes, count);
}

#else

uint32_t hookline_crc32c(uint32_t before, const void *bytes, size_t count) {
    return hookline_crc32c_table(before, bytes, count);
}

#endif
