/** WASI preview 1: sockets. There is no network, so no descriptor is one. */

import { whatFdIs } from "./descriptors";
import { Errno } from "./wasi_types";

function refuse(fd: u32): Errno {
  return whatFdIs(fd) ? Errno.NOTSOCK : Errno.BADF;
}

export function wasi_sock_accept(fd: u32, flags: u32, out: u32): i32 {
  return refuse(fd);
}

export function wasi_sock_recv(
  fd: u32,
  vectors: u32,
  count: u32,
  flags: u32,
  read: u32,
  outFlags: u32,
): i32 {
  return refuse(fd);
}

export function wasi_sock_send(fd: u32, vectors: u32, count: u32, flags: u32, out: u32): i32 {
  return refuse(fd);
}

export function wasi_sock_shutdown(fd: u32, how: u32): i32 {
  return refuse(fd);
}
