#include "CSimdjson.h"

#include <algorithm>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <vector>

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;
using std::string_view;

struct csimdjson_scanner {
    dom::parser checker;
    dom::element document;
    bool has_document = false;
    ondemand::parser reader;
    std::vector<csimdjson_field> fields;
    std::vector<string_view> names;
};

namespace {

const uint8_t *bytes_of(string_view text) {
    return reinterpret_cast<const uint8_t *>(text.data());
}

string_view view(const uint8_t *bytes, size_t length) {
    return string_view(reinterpret_cast<const char *>(bytes), length);
}

// Takes the first name off a path.
string_view next_name(string_view &path) {
    const size_t dot = path.find('.');
    const string_view name = path.substr(0, dot);
    path = dot == string_view::npos ? string_view() : path.substr(dot + 1);
    return name;
}

// The number that a name is, or npos where it is none.
size_t index_of(string_view name) {
    size_t index = 0;
    if (name.empty() || name.size() > 9) return string_view::npos;
    for (const char digit : name) {
        if (digit < '0' || digit > '9') return string_view::npos;
        index = index * 10 + static_cast<size_t>(digit - '0');
    }
    return index;
}

// One step down; how often the member stands there.
uint8_t step(dom::element &element, string_view name) {
    if (element.is_array()) {
        const size_t index = index_of(name);
        dom::element found;
        if (index == string_view::npos) return CSIMDJSON_ABSENT;
        if (element.get_array().value_unsafe().at(index).get(found)) return CSIMDJSON_ABSENT;
        element = found;
        return CSIMDJSON_ONCE;
    }
    dom::object object;
    if (element.get(object)) return CSIMDJSON_ABSENT;
    uint8_t presence = CSIMDJSON_ABSENT;
    for (auto field = object.begin(); field != object.end(); ++field) {
        if (!field.key_equals(name)) continue;
        if (presence == CSIMDJSON_ONCE) return CSIMDJSON_REPEATED;
        presence = CSIMDJSON_ONCE;
        element = field.value();
    }
    return presence;
}

uint8_t kind_of(dom::element element) {
    switch (element.type()) {
    case dom::element_type::ARRAY: return CSIMDJSON_ARRAY;
    case dom::element_type::OBJECT: return CSIMDJSON_OBJECT;
    case dom::element_type::STRING: return CSIMDJSON_STRING;
    case dom::element_type::BOOL: return CSIMDJSON_BOOLEAN;
    case dom::element_type::NULL_VALUE: return CSIMDJSON_NULL;
    default: return CSIMDJSON_NUMERIC;
    }
}

// The name of a field, unescaped; the escaped ones go through the parser's own buffer.
simdjson::error_code name_of(ondemand::field &field, string_view &name) {
    name = field.key().raw();
    const char *end = name.data();
    while (*end != '"') {
        if (*end == '\\') return field.unescaped_key().get(name);
        ++end;
    }
    name = string_view(name.data(), static_cast<size_t>(end - name.data()));
    return simdjson::SUCCESS;
}

// Sorts the fields by the bytes of their names, and leaves of those of one name the last.
void sort(std::vector<csimdjson_field> &fields) {
    const auto name = [](const csimdjson_field &field) {
        return view(field.name, field.name_length);
    };
    // Values lie in the document's order; an unescaped name may lie elsewhere.
    std::sort(fields.begin(), fields.end(), [&](const auto &left, const auto &right) {
        const int compared = name(left).compare(name(right));
        return compared != 0 ? compared < 0 : left.value < right.value;
    });
    // From the end, since of equals the first that comes is left.
    const auto kept = std::unique(fields.rbegin(), fields.rend(), [&](const auto &a, const auto &b) {
        return name(a) == name(b);
    });
    fields.erase(fields.begin(), kept.base());
}

simdjson::error_code collect(csimdjson_scanner &scanner, ondemand::object object) {
    for (auto entry : object) {
        ondemand::field field;
        string_view name, raw;
        if (auto error = std::move(entry).get(field)) return error;
        if (auto error = name_of(field, name)) return error;
        if (auto error = simdjson::to_json_string(field.value()).get(raw)) return error;
        scanner.fields.push_back({bytes_of(name), name.size(), bytes_of(raw), raw.size()});
    }
    sort(scanner.fields);
    return simdjson::SUCCESS;
}

simdjson::error_code step(ondemand::value &value, string_view name) {
    if (value.type().value_unsafe() == ondemand::json_type::array) {
        const size_t index = index_of(name);
        if (index == string_view::npos) return simdjson::NO_SUCH_FIELD;
        return value.get_array().at(index).get(value);
    }
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    for (auto entry : object) {
        ondemand::field field;
        string_view found;
        if (auto error = std::move(entry).get(field)) return error;
        if (auto error = name_of(field, found)) return error;
        if (found != name) continue;
        value = field.value();
        return simdjson::SUCCESS;
    }
    return simdjson::NO_SUCH_FIELD;
}

// Walks down to the object and collects there: what is above it is not read to its end.
simdjson::error_code descend(csimdjson_scanner &scanner, ondemand::value value,
                             string_view path) {
    while (!path.empty()) {
        if (auto error = step(value, next_name(path))) return error;
    }
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    return collect(scanner, object);
}

} // namespace

csimdjson_scanner *csimdjson_create(void) {
    return new (std::nothrow) csimdjson_scanner();
}

void csimdjson_destroy(csimdjson_scanner *scanner) { delete scanner; }

int32_t csimdjson_parse(csimdjson_scanner *scanner, const uint8_t *bytes, size_t length) {
    scanner->has_document = false;
    // One more than may be nested: the parser refuses the depth that it is given.
    if (scanner->checker.capacity() == 0 && scanner->checker.allocate(16384, CSIMDJSON_DEPTH + 1)) {
        return CSIMDJSON_MEMORY;
    }
    const auto error = scanner->checker.parse(bytes, length, false).get(scanner->document);
    scanner->has_document = !error;
    switch (error) {
    case simdjson::SUCCESS: return CSIMDJSON_OK;
    case simdjson::NUMBER_ERROR: return CSIMDJSON_NUMBER;
    case simdjson::DEPTH_ERROR: return CSIMDJSON_DEEP;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return CSIMDJSON_MEMORY;
    default: return CSIMDJSON_MALFORMED;
    }
}

csimdjson_value csimdjson_ask(const csimdjson_scanner *scanner, const uint8_t *path,
                              size_t length) {
    csimdjson_value value = {CSIMDJSON_ABSENT, CSIMDJSON_NULL, false, nullptr, 0};
    if (!scanner->has_document) return value;
    dom::element element = scanner->document;
    string_view rest = view(path, length);
    while (!rest.empty()) {
        value.presence = step(element, next_name(rest));
        if (value.presence != CSIMDJSON_ONCE) return value;
    }
    value.presence = CSIMDJSON_ONCE;
    value.kind = kind_of(element);
    string_view text;
    if (value.kind == CSIMDJSON_BOOLEAN) value.flag = element.get_bool().value_unsafe();
    if (value.kind == CSIMDJSON_STRING && !element.get(text)) {
        value.text = bytes_of(text);
        value.length = text.size();
    }
    return value;
}

bool csimdjson_top_repeats(csimdjson_scanner *scanner) {
    dom::object object;
    if (!scanner->has_document || scanner->document.get(object)) return false;
    auto &names = scanner->names;
    names.clear();
    for (auto field = object.begin(); field != object.end(); ++field) {
        names.push_back(field.key());
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

int32_t csimdjson_fields(csimdjson_scanner *scanner, const uint8_t *bytes, size_t length,
                         const uint8_t *path, size_t path_length,
                         const csimdjson_field **fields, size_t *count) {
    scanner->fields.clear();
    ondemand::document document;
    ondemand::value top;
    const simdjson::padded_string_view input(bytes, length, length + simdjson::SIMDJSON_PADDING);
    simdjson::error_code error;
    try {
        error = scanner->reader.iterate(input).get(document);
        if (!error) error = document.get_value().get(top);
        if (!error) error = descend(*scanner, top, view(path, path_length));
    } catch (const std::bad_alloc &) {
        error = simdjson::MEMALLOC;
    }
    *fields = scanner->fields.data();
    *count = error ? 0 : scanner->fields.size();
    switch (error) {
    case simdjson::SUCCESS: return CSIMDJSON_ONCE;
    case simdjson::NO_SUCH_FIELD:
    case simdjson::INCORRECT_TYPE:
    case simdjson::INDEX_OUT_OF_BOUNDS: return CSIMDJSON_ABSENT;
    default: return CSIMDJSON_UNREADABLE;
    }
}

csimdjson_value csimdjson_string(csimdjson_scanner *scanner, const uint8_t *bytes,
                                 size_t length) {
    csimdjson_value value = {CSIMDJSON_ABSENT, CSIMDJSON_STRING, false, nullptr, 0};
    ondemand::document document;
    string_view text;
    const simdjson::padded_string_view input(bytes, length, length + simdjson::SIMDJSON_PADDING);
    if (scanner->reader.iterate(input).get(document)) return value;
    if (document.get_string().get(text)) return value;
    value.presence = CSIMDJSON_ONCE;
    value.text = bytes_of(text);
    value.length = text.size();
    return value;
}
