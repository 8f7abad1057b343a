/* The kernel's command line, as far as the shim reads it. Used by main.c. */

#ifndef SHIM_OPTIONS_H
#define SHIM_OPTIONS_H

#include <stdbool.h>

/* True if `word` is one of the words, separated by spaces, of `options`. */
bool option_given(const char *options, const char *word);

#endif
