/* What musl's libc.a expects of the system it is linked into. Used by main.c.
 */

#ifndef SHIM_LIBC_H
#define SHIM_LIBC_H

/*
 * Gives musl the thread block that it finds through FS: its stack protector
 * and `errno` live there. Before this no function of musl's may be called that
 * uses either, such as vsnprintf.
 */
void libc_init(void);

#endif
