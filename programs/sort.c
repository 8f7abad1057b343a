/*
 * Sorts the lines of its input, or of the files that are named, as sort(1) does.
 *
 *     clang --target=wasm32-wasi --sysroot=/usr -O2 programs/sort.c -o sort.wasm
 *     npx slopos run sort.wasm < /etc/services
 *     npx slopos run --file README.md=readme sort.wasm readme
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **lines;
static size_t count, capacity;

static void fail(const char *what) {
    fprintf(stderr, "sort: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void read_lines(FILE *file) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) >= 0) {
        if (length && line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            lines = realloc(lines, capacity * sizeof *lines);
            if (!lines)
                fail("lines");
        }
        lines[count] = strdup(line);
        if (!lines[count++])
            fail("a line");
    }
    free(line);
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv) {
    if (argc == 1)
        read_lines(stdin);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        if (!file)
            fail(argv[i]);
        read_lines(file);
        fclose(file);
    }
    qsort(lines, count, sizeof *lines, compare);
    for (size_t i = 0; i < count; i++)
        puts(lines[i]);
    return 0;
}
