/*
 * How the benchmark talks to a program that runs a module: a line names an export and its
 * arguments, the answer is the export's result and the nanoseconds that the call took.
 *
 *     > pairs 0 1000000
 *     < 0 5631042
 *
 * A line that cannot be served is answered by `error` and the reason. The program ends at the end
 * of its input.
 */
#ifndef BENCH_PROTOCOL_H
#define BENCH_PROTOCOL_H

#include <stdint.h>

#define MAX_ARGUMENTS 3

/* An export that can be called: its number of arguments, and how to call it. */
struct target {
    void *function;
    int arguments;
};

/* Finds export `name`; `function` is NULL if there is none. */
struct target host_find(const char *name);

/* Calls an export; on failure sets `*error` to the reason. */
uint32_t host_call(struct target target, const uint32_t *arguments, const char **error);

/* Serves standard input to its end. */
void protocol_serve(void);

#endif
