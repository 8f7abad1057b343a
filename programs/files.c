/*
 * Writes, reads, renames and lists files. All of them lie in frames that the kernel lends.
 *
 *     clang --target=wasm32-wasi --sysroot=/usr -O2 programs/files.c -o files.wasm
 *     npx slopos run --file README.md=notes/readme files.wasm
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void fail(const char *what) {
    fprintf(stderr, "files: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int is_directory(const char *path) {
    struct stat status;
    if (stat(path, &status))
        fail(path);
    return S_ISDIR(status.st_mode);
}

/* Lists `path` and what is below it. */
static void list(const char *path, int depth) {
    DIR *directory = opendir(path);
    if (!directory)
        fail(path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char below[1024];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (stat(below, &status))
            fail(below);
        if (is_directory(below)) {
            printf("%*s%s/\n", 2 * depth, "", entry->d_name);
            list(below, depth + 1);
        } else {
            printf("%*s%s %lld\n", 2 * depth, "", entry->d_name, (long long)status.st_size);
        }
    }
    closedir(directory);
}

int main(void) {
    if (mkdir("/tmp/poems", 0755))
        fail("/tmp/poems");
    FILE *file = fopen("/tmp/poems/poem", "w");
    if (!file)
        fail("/tmp/poems/poem");
    for (int line = 1; line <= 1000; line++)
        fprintf(file, "line %d lies in a frame of its own making\n", line);
    if (fclose(file))
        fail("/tmp/poems/poem");
    if (rename("/tmp/poems/poem", "/tmp/poems/epic"))
        fail("/tmp/poems/epic");

    file = fopen("/tmp/poems/epic", "r");
    if (!file)
        fail("/tmp/poems/epic");
    char text[128];
    int lines = 0;
    while (fgets(text, sizeof text, file))
        lines++;
    fclose(file);
    printf("wrote and read %d lines; the last is: %s", lines, text);
    list("/", 0);
    return lines == 1000 ? 0 : 1;
}
