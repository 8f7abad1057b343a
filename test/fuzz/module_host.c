/*
 * Runs wasm modules in the shim, each in a process that AddressSanitizer
 * watches, and says how each one ended.
 *
 *     module_host <modules >outcomes
 *
 * Standard input: for each module its length, 4 bytes little-endian, and its
 * bytes. Standard output: a line of JSON for each.
 *
 *     {"outcome": "refused", "phase": "parse", "text": "PANIC: shim: ..."}
 *
 * Outcomes: "started" (the kernel reported success), "refused" (by the shim),
 * "trapped" (in wasm), "failed" (the kernel reported failure), "faulted" (the
 * kernel used physical memory that is not there), "exhausted" (the native stack
 * was full; on the machine a guard page reports both), "endless" (a time limit
 * ended it), "corrupted" (memory of the shim's own was misused, or the shim
 * crashed).
 */
#include "fuzz.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host_machine.h"

/* Seconds of processor time for one module; a kernel takes 20 ms. */
#define SECONDS 2

#define MODULE_MAX ((size_t)16 << 20)

static const char *const phases[] = {"parse", "load", "compile", "run"};

static int starts_with(const char *text, const char *beginning) {
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* What a machine that ended by itself as failed said last. */
static const char *kind_of_failure(const char *screen) {
    const char *panic = strstr(screen, "PANIC: ");
    if (panic && starts_with(panic, "PANIC: shim: "))
        return "refused";
    if (panic && starts_with(panic, "PANIC: wasm: "))
        return "trapped";
    return "failed";
}

static const char *outcome_of(int status, const struct traces *traces) {
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGXCPU ? "endless" : "corrupted";
    switch (WEXITSTATUS(status)) {
    case EXIT_SUCCESS_OF_QEMU:
        return "started";
    case EXIT_FAILURE_OF_QEMU:
        return kind_of_failure(traces->screen);
    case EXIT_EXCEPTION:
        if (traces->place == PLACE_PHYSICAL)
            return "faulted";
        return traces->place == PLACE_STACK ? "exhausted" : "corrupted";
    default:
        return "corrupted";
    }
}

/* Prints the screen from its last panic or sanitizer report on, as JSON. */
static void print_text(const char *screen) {
    const char *report = strstr(screen, "ERROR: AddressSanitizer");
    const char *panic = strstr(screen, "PANIC: ");
    const char *from = report ? report : panic ? panic : "";
    putchar('"');
    for (size_t i = 0; from[i] != '\0' && i < 2000; i++)
        if (from[i] == '\n')
            fputs("\\n", stdout);
        else if (from[i] < ' ' || from[i] > '~' || from[i] == '"' || from[i] == '\\')
            putchar('?');
        else
            putchar(from[i]);
    putchar('"');
}

static void run_module(const uint8_t *module, size_t bytes, struct traces *traces) {
    memset(traces, 0, sizeof *traces);
    fflush(stdout);
    pid_t machine = fork();
    REQUIRE(machine >= 0);
    if (machine == 0) {
        struct rlimit limit = {.rlim_cur = SECONDS, .rlim_max = SECONDS + 1};
        REQUIRE(setrlimit(RLIMIT_CPU, &limit) == 0);
        if (!getenv("SHOW_REPORTS"))
            close(STDERR_FILENO);
        machine_run(module, bytes);
    }
    int status;
    REQUIRE(waitpid(machine, &status, 0) == machine);
    traces->screen[SCREEN_BYTES - 1] = '\0';
    printf("{\"outcome\": \"%s\", \"phase\": \"%s\", \"text\": ", outcome_of(status, traces),
           phases[traces->phase]);
    print_text(traces->screen);
    puts("}");
}

int main(void) {
    struct traces *traces = machine_prepare();
    uint8_t header[4];
    while (fread(header, 1, sizeof header, stdin) == sizeof header) {
        size_t bytes = header[0] | header[1] << 8 | header[2] << 16 | (size_t)header[3] << 24;
        REQUIRE(bytes <= MODULE_MAX);
        uint8_t *module = copy_of(NULL, 0, bytes);
        REQUIRE(fread(module, 1, bytes, stdin) == bytes);
        run_module(module, bytes, traces);
        free(module);
    }
    return 0;
}
