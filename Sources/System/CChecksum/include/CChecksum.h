#pragma once

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli) of the bytes, going on from the checksum of those before them; 0 at first.
uint32_t hookline_crc32c(uint32_t before, const void *bytes, size_t count);

/// The same by table only, for machines without the instruction and for the tests.
uint32_t hookline_crc32c_table(uint32_t before, const void *bytes, size_t count);
