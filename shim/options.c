#include "options.h"

#include <string.h>

bool option_given(const char *options, const char *word) {
    size_t length = strlen(word);
    for (;;) {
        while (*options == ' ')
            options++;
        size_t found = strcspn(options, " ");
        if (found == 0)
            return false;
        if (found == length && memcmp(options, word, length) == 0)
            return true;
        options += found;
    }
}
