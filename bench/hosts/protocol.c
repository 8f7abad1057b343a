#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Time that this thread had a processor: what others do on the machine does not count. */
static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void serve(char *line) {
    char *name = strtok(line, " \n");
    if (!name)
        return;
    uint32_t arguments[MAX_ARGUMENTS] = {0};
    int count = 0;
    for (char *word; count < MAX_ARGUMENTS && (word = strtok(NULL, " \n")); count++)
        arguments[count] = (uint32_t)strtoul(word, NULL, 10);

    struct target target = host_find(name);
    if (!target.function || target.arguments != count) {
        printf("error no export %s of %d arguments\n", name, count);
        return;
    }
    const char *error = NULL;
    uint64_t begin = now();
    uint32_t value = host_call(target, arguments, &error);
    uint64_t end = now();
    if (error)
        printf("error %s\n", error);
    else
        printf("%u %llu\n", value, (unsigned long long)(end - begin));
}

void protocol_serve(void) {
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        serve(line);
        fflush(stdout);
    }
}
