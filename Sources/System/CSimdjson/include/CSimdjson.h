// The few questions that Hookline asks of a JSON document, over simdjson.
//
// Two ways of reading. `csimdjson_parse` checks a whole document (grammar, UTF-8, numbers, depth)
// and answers questions on it with names unescaped. `csimdjson_fields` gives the raw ranges of an
// object's fields and checks next to nothing: it is for documents that were checked before.
//
// Every input must have 64 readable bytes after its end. One scanner a thread. What a scanner
// hands out is valid until its next call of the same kind.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_scanner csimdjson_scanner;

// The deepest nesting that `csimdjson_parse` takes, not counting an empty array or object at the
// bottom.
#define CSIMDJSON_DEPTH 1024

// NULL where there is no memory.
csimdjson_scanner *csimdjson_create(void);
void csimdjson_destroy(csimdjson_scanner *scanner);

// CSIMDJSON_NUMBER also stands for a malformed number: the parser does not tell them apart.
enum { CSIMDJSON_OK, CSIMDJSON_NUMBER, CSIMDJSON_DEEP, CSIMDJSON_MEMORY, CSIMDJSON_MALFORMED };
int32_t csimdjson_parse(csimdjson_scanner *scanner, const uint8_t *bytes, size_t length);

// CSIMDJSON_UNREADABLE: of `csimdjson_fields` only; no memory, or not a document that was checked.
enum { CSIMDJSON_ABSENT, CSIMDJSON_ONCE, CSIMDJSON_REPEATED, CSIMDJSON_UNREADABLE };
enum {
    CSIMDJSON_NULL, CSIMDJSON_BOOLEAN, CSIMDJSON_NUMERIC, CSIMDJSON_STRING, CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT
};
typedef struct {
    uint8_t presence; // CSIMDJSON_REPEATED: this member or one on the way to it stands there twice
    uint8_t kind;
    bool flag; // of a boolean only
    const uint8_t *text; // unescaped, of a string only, else NULL
    size_t length;
} csimdjson_value;

// The value at `path` (names joined by dots; digits step into arrays; empty: the document) of the
// document parsed last.
csimdjson_value csimdjson_ask(const csimdjson_scanner *scanner, const uint8_t *path, size_t length);

// Whether any member of the document's top stands there twice.
bool csimdjson_top_repeats(csimdjson_scanner *scanner);

typedef struct {
    const uint8_t *name; // unescaped
    size_t name_length;
    const uint8_t *value; // as it stands in the document, trimmed
    size_t value_length;
} csimdjson_field;

// The fields of the object at `path`, in the order of their names' bytes, of repeated ones the
// last; CSIMDJSON_ABSENT where there is no such object. Of a repeated member on the way the first
// counts.
int32_t csimdjson_fields(csimdjson_scanner *scanner, const uint8_t *bytes, size_t length,
                         const uint8_t *path, size_t path_length,
                         const csimdjson_field **fields, size_t *count);

// The text of a string that stands alone (with its quotes), unescaped; absent where it is none.
csimdjson_value csimdjson_string(csimdjson_scanner *scanner, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
