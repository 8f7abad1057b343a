/**
 * Numbers of WASI preview 1 as its witx file `wasi_snapshot_preview1` gives them: errors, types of
 * files, flags and rights. Layouts of records stand where they are written.
 */

export const enum Errno {
  SUCCESS = 0,
  BADF = 8,
  EXIST = 20,
  FAULT = 21,
  FBIG = 22,
  INVAL = 28,
  ISDIR = 31,
  LOOP = 32,
  MLINK = 34,
  NAMETOOLONG = 37,
  NFILE = 41,
  NOENT = 44,
  NOSPC = 51,
  NOSYS = 52,
  NOTDIR = 54,
  NOTEMPTY = 55,
  NOTSOCK = 57,
  NOTSUP = 58,
  OVERFLOW = 61,
  PERM = 63,
  SPIPE = 70,
  NOTCAPABLE = 76,
}

export const enum FileType {
  UNKNOWN = 0,
  CHARACTER_DEVICE = 2,
  DIRECTORY = 3,
  REGULAR_FILE = 4,
  SYMBOLIC_LINK = 7,
}

/** How a path is looked up. */
export const enum Lookup {
  FOLLOW = 1,
}

/** `oflags` */
export const enum OpenFlag {
  CREAT = 1,
  DIRECTORY = 2,
  EXCL = 4,
  TRUNC = 8,
  ALL = 15,
}

/** `fdflags` */
export const enum FdFlag {
  APPEND = 1,
  ALL = 31,
}

/** `fstflags`: which times are set, and whether to the time of the call. */
export const enum TimeFlag {
  ATIM = 1,
  ATIM_NOW = 2,
  MTIM = 4,
  MTIM_NOW = 8,
  ALL = 15,
}

export const enum Whence {
  SET = 0,
  CUR = 1,
  END = 2,
}

export const enum Right {
  FD_DATASYNC = 1 << 0,
  FD_READ = 1 << 1,
  FD_SEEK = 1 << 2,
  FD_FDSTAT_SET_FLAGS = 1 << 3,
  FD_SYNC = 1 << 4,
  FD_TELL = 1 << 5,
  FD_WRITE = 1 << 6,
  FD_ADVISE = 1 << 7,
  FD_ALLOCATE = 1 << 8,
  PATH_CREATE_DIRECTORY = 1 << 9,
  PATH_CREATE_FILE = 1 << 10,
  PATH_LINK_SOURCE = 1 << 11,
  PATH_LINK_TARGET = 1 << 12,
  PATH_OPEN = 1 << 13,
  FD_READDIR = 1 << 14,
  PATH_READLINK = 1 << 15,
  PATH_RENAME_SOURCE = 1 << 16,
  PATH_RENAME_TARGET = 1 << 17,
  PATH_FILESTAT_GET = 1 << 18,
  PATH_FILESTAT_SET_SIZE = 1 << 19,
  PATH_FILESTAT_SET_TIMES = 1 << 20,
  FD_FILESTAT_GET = 1 << 21,
  FD_FILESTAT_SET_SIZE = 1 << 22,
  FD_FILESTAT_SET_TIMES = 1 << 23,
  PATH_SYMLINK = 1 << 24,
  PATH_REMOVE_DIRECTORY = 1 << 25,
  PATH_UNLINK_FILE = 1 << 26,
  POLL_FD_READWRITE = 1 << 27,
}

/** What can be done with the console: no seeking, by which a libc knows a terminal. */
export const STREAM_RIGHTS: u64 =
  Right.FD_READ |
  Right.FD_WRITE |
  Right.FD_FDSTAT_SET_FLAGS |
  Right.FD_FILESTAT_GET |
  Right.POLL_FD_READWRITE;

/** What can be done with a file. */
export const FILE_RIGHTS: u64 =
  Right.FD_DATASYNC |
  Right.FD_READ |
  Right.FD_SEEK |
  Right.FD_FDSTAT_SET_FLAGS |
  Right.FD_SYNC |
  Right.FD_TELL |
  Right.FD_WRITE |
  Right.FD_ADVISE |
  Right.FD_ALLOCATE |
  Right.FD_FILESTAT_GET |
  Right.FD_FILESTAT_SET_SIZE |
  Right.FD_FILESTAT_SET_TIMES |
  Right.POLL_FD_READWRITE;

/** What can be done with a directory. */
export const DIRECTORY_RIGHTS: u64 =
  Right.FD_FDSTAT_SET_FLAGS |
  Right.FD_SYNC |
  Right.FD_ADVISE |
  Right.PATH_CREATE_DIRECTORY |
  Right.PATH_CREATE_FILE |
  Right.PATH_LINK_SOURCE |
  Right.PATH_LINK_TARGET |
  Right.PATH_OPEN |
  Right.FD_READDIR |
  Right.PATH_READLINK |
  Right.PATH_RENAME_SOURCE |
  Right.PATH_RENAME_TARGET |
  Right.PATH_FILESTAT_GET |
  Right.PATH_FILESTAT_SET_SIZE |
  Right.PATH_FILESTAT_SET_TIMES |
  Right.FD_FILESTAT_GET |
  Right.FD_FILESTAT_SET_TIMES |
  Right.PATH_SYMLINK |
  Right.PATH_REMOVE_DIRECTORY |
  Right.PATH_UNLINK_FILE;
