/*
 * Where a PC has the two devices that the shim and the stub loader both speak
 * to: the serial port and QEMU's way out.
 */

#ifndef SHIM_PORTS_H
#define SHIM_PORTS_H

/* COM1 and the registers of its 16550 UART used here. */
#define COM1 0x3f8
#define UART_DATA (COM1 + 0)
#define UART_INTERRUPTS (COM1 + 1)
#define UART_FIFO (COM1 + 2)
#define UART_IDENTITY UART_FIFO /* when read */
#define UART_LINE (COM1 + 3)
#define UART_MODEM (COM1 + 4)
#define UART_STATUS (COM1 + 5)

/*
 * Nothing is waiting to be sent, in the FIFO where there is one. A port that is
 * not there reads as ones: ready.
 */
#define STATUS_CAN_SEND 0x20

/* A byte has come in. */
#define STATUS_HAS_DATA 0x01

/* Polls before a port counts as absent: longer than any UART needs to send a full FIFO. */
#define SEND_POLLS 100000

/* QEMU's isa-debug-exit: writing `v` ends QEMU with status `v << 1 | 1`. */
#define DEBUG_EXIT 0xf4
#define DEBUG_EXIT_SUCCESS 0x10
#define DEBUG_EXIT_FAILURE 0x11

#endif
