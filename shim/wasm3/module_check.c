#include "module_check.h"

#include <stdbool.h>
#include <string.h>

/* WebAssembly Core Specification 2.0, 5.5.2: what is counted here by id. */
enum section_id {
    SECTION_CUSTOM = 0,
    SECTION_IMPORT = 2,
    SECTION_FUNCTION = 3,
    SECTION_TABLE = 4,
    SECTION_MEMORY = 5,
    SECTION_START = 8,
    SECTION_DATA_COUNT = 12,
    SECTION_IDS,
};

/*
 * The place of each section in a module (5.5.16), which is that of its id but
 * for the data count: it comes before the code.
 */
static const uint8_t order[SECTION_IDS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10};

static const uint8_t preamble[8] = {0, 'a', 's', 'm', 1};

/* The bytes that are left to read. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
};

/* An unsigned LEB128 number of at most 32 bits (5.2.2); false if it is none. */
static bool read_number(struct reader *reader, uint32_t *number) {
    *number = 0;
    for (unsigned shift = 0; shift < 35 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        if (shift == 28 && byte > 0x0f)
            return false;
        *number |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* Looks at the number that all sections but three begin with. */
static const char *check_count(enum section_id id, struct reader section, uint32_t functions_max,
                               uint32_t *functions) {
    uint32_t count;
    if (id == SECTION_CUSTOM || id == SECTION_START || id == SECTION_DATA_COUNT)
        return NULL;
    if (!read_number(&section, &count))
        return "a section does not begin with the number of its elements";
    if (count > (size_t)(section.end - section.at))
        return "a section counts more elements than it has bytes";
    if (id == SECTION_IMPORT || id == SECTION_FUNCTION) {
        if (count > functions_max - *functions)
            return "more functions than the shim has memory for";
        *functions += count;
    }
    return NULL;
}

const char *module_check(const uint8_t *module, size_t bytes, uint32_t functions_max) {
    struct reader reader = {module, module + bytes};
    uint32_t functions = 0;
    unsigned place = 0;
    if (bytes < sizeof preamble || memcmp(module, preamble, sizeof preamble) != 0)
        return "it does not begin as WebAssembly 1 does";
    reader.at += sizeof preamble;
    while (reader.at < reader.end) {
        uint8_t id = *reader.at++;
        uint32_t length;
        if (id >= SECTION_IDS)
            return "a section is of unknown kind";
        if (id != SECTION_CUSTOM && order[id] <= place)
            return "a section is there twice or in the wrong place";
        if (id != SECTION_CUSTOM)
            place = order[id];
        if (!read_number(&reader, &length) || length > (size_t)(reader.end - reader.at))
            return "truncated: a section goes beyond the end";
        struct reader section = {reader.at, reader.at + length};
        const char *reason = check_count(id, section, functions_max, &functions);
        if (reason)
            return reason;
        reader.at = section.end;
    }
    return NULL;
}

/* Kinds of imports (5.5.5). */
enum import_kind { IMPORT_FUNCTION, IMPORT_TABLE, IMPORT_MEMORY, IMPORT_GLOBAL };

/* Moves past a name (5.2.4); false if it is cut off. */
static bool skip_name(struct reader *reader) {
    uint32_t bytes;
    if (!read_number(reader, &bytes) || bytes > (size_t)(reader->end - reader->at))
        return false;
    reader->at += bytes;
    return true;
}

/* Moves past the limits of a memory (5.3.7), whose flags tell of a maximum by bit 0. */
static bool skip_limits(struct reader *reader) {
    uint32_t flags, size;
    return read_number(reader, &flags) && read_number(reader, &size) &&
           (!(flags & 1) || read_number(reader, &size));
}

/* Whether one of the imports in `section` is a table, or is of a kind that there was not in 2.0. */
static const char *check_imports(struct reader section) {
    uint32_t count = 0, type;
    read_number(&section, &count);
    for (; count > 0; count--) {
        if (!skip_name(&section) || !skip_name(&section) || section.at == section.end)
            return "its imports are cut off";
        switch (*section.at++) {
        case IMPORT_FUNCTION:
            if (!read_number(&section, &type))
                return "its imports are cut off";
            break;
        case IMPORT_TABLE:
            return "it imports a table";
        case IMPORT_MEMORY:
            if (!skip_limits(&section))
                return "its imports are cut off";
            break;
        case IMPORT_GLOBAL:
            if (section.end - section.at < 2)
                return "its imports are cut off";
            section.at += 2;
            break;
        default:
            return "it imports what is no function";
        }
    }
    return NULL;
}

const char *module_misread(const uint8_t *module, size_t bytes) {
    struct reader reader = {module + sizeof preamble, module + bytes};
    while (reader.at < reader.end) {
        uint8_t id = *reader.at++;
        uint32_t length, count;
        read_number(&reader, &length);
        struct reader section = {reader.at, reader.at + length};
        reader.at = section.end;
        if (id == SECTION_IMPORT) {
            const char *reason = check_imports(section);
            if (reason)
                return reason;
        }
        if (id != SECTION_TABLE && id != SECTION_MEMORY)
            continue;
        read_number(&section, &count);
        if (count > 1)
            return id == SECTION_TABLE ? "it has more than one table"
                                       : "it has more than one memory";
        /* The flags of a memory: bit 0, it has a maximum. */
        if (id == SECTION_MEMORY && count && section.at<section.end && * section.at> 1)
            return "its memory is shared, or has 64-bit addresses";
    }
    return NULL;
}
