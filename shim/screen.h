/*
 * The console on the screen: a terminal (terminal.h) that is drawn into the boot
 * loader's framebuffer, with letters of 8x16 pixels and of 16x32 where the screen
 * has more than 1920 pixels in a row or column. Used by console.c.
 *
 * Nothing here is allocated and nothing is read from the framebuffer. Until it is
 * open, and if it cannot be, all functions do nothing.
 */

#ifndef SHIM_SCREEN_H
#define SHIM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limine_framebuffer;

/*
 * Clears the screen and opens it. False, and there is none, if the framebuffer is
 * not one that can be drawn on: neither 24 nor 32 bits of red, green and blue,
 * too small for text, described in a way that cannot be, or not mapped from its
 * first byte to its last by the page tables at `root`, a physical address.
 */
bool screen_open(const struct limine_framebuffer *framebuffer, uint64_t hhdm_offset, uint64_t root);

/* Before the page tables at `root` are used: closes a screen that they do not map. */
void screen_keep(uint64_t root);

/*
 * Shows UTF-8. If an exception of its own doing brings about another call, the
 * screen is closed.
 */
void screen_write(const char *text, size_t bytes);

/* Makes the next text readable, whatever the text before has left (terminal_reset). */
void screen_reset(void);

#endif
