/**
 * What the program is told: its arguments, its environment, where its input comes from and which
 * directories it finds open. All of it are words of its command line (see boot_words.ts):
 *
 *     argument=…      the next argument; the first is the program's name
 *     environment=…   NAME=value
 *     input=…         `console`, a terminal; `stream`, bytes as they come; or a file by its path
 *     preopen=…       a further directory that is open from the start, by this name
 *     root=closed     the root is not open from the start
 */

import { ErrorCode } from "../../abi/error_code";
import { directoryAt, fileAt } from "./boot_files";
import { END, isKey, nextValueByte, nextWord, openWords, readValue, value } from "./boot_words";
import { Input, openConsole } from "./console";
import {
  closeDescriptor,
  descriptorOf,
  Fd,
  FdWord,
  NO_DESCRIPTOR,
  openDescriptor,
  setWordOf,
} from "./descriptors";
import { NodeNumber, ROOT } from "./nodes";
import { PATH_BYTES } from "./paths";
import { TextList } from "./text_list";
import { DIRECTORY_RIGHTS, FILE_RIGHTS, FileType, Right, STREAM_RIGHTS } from "./wasi_types";

/** Arguments, each with a zero after it. */
export const argumentList = changetype<TextList>(memory.data(16));

/** Variables as `NAME=value`, each with a zero after it. */
export const environmentList = changetype<TextList>(memory.data(16));

/** Names of the directories that are open from the start. */
export const preopenList = changetype<TextList>(memory.data(16));

/** The descriptor of the root, after those of the streams. */
const ROOT_FD: Fd = 3;

/** Why the command line was refused, for the log. */
export let argumentsReason: string = "";

function refuse(reason: string, code: ErrorCode): ErrorCode {
  argumentsReason = reason;
  return code;
}

/** Appends the word's value to `list`. */
function appendValue(list: TextList): ErrorCode {
  for (let byte = nextValueByte(); byte != END; byte = nextValueByte()) {
    // A zero would end the text.
    if (!byte) return refuse("a zero byte in a word", ErrorCode.INVALID_DESCRIPTOR);
    if (!list.append(u8(byte))) return refuse("no memory", ErrorCode.OUT_OF_FRAMES);
  }
  return list.append(0) ? ErrorCode.NONE : refuse("no memory", ErrorCode.OUT_OF_FRAMES);
}

function isValue(bytes: u32, text: string): bool {
  if (bytes != u32(text.length)) return false;
  for (let index: u32 = 0; index < bytes; ++index) {
    if (load<u8>(value() + index) != text.charCodeAt(index)) return false;
  }
  return true;
}

/** Opens `node` as the next descriptor, which is a preopened directory; its name was appended last. */
function preopen(node: NodeNumber): ErrorCode {
  const handed = DIRECTORY_RIGHTS | FILE_RIGHTS;
  const fd = openDescriptor(FileType.DIRECTORY, node, DIRECTORY_RIGHTS, handed);
  if (fd == NO_DESCRIPTOR) return refuse("no memory", ErrorCode.OUT_OF_FRAMES);
  setWordOf(descriptorOf(fd), FdWord.PREOPEN, preopenList.count);
  return ErrorCode.NONE;
}

/** Takes `input=`. */
function takeInput(): ErrorCode {
  const bytes = readValue();
  if (bytes > PATH_BYTES) return refuse("a path is too long", ErrorCode.INVALID_DESCRIPTOR);
  if (isValue(bytes, "console")) openConsole(Input.TERMINAL);
  else if (isValue(bytes, "stream")) openConsole(Input.STREAM);
  else {
    const node = fileAt(value(), bytes);
    if (!node) return refuse("the input is no file that there is", ErrorCode.INVALID_DESCRIPTOR);
    closeDescriptor(0);
    openDescriptor(FileType.REGULAR_FILE, node, FILE_RIGHTS & ~Right.FD_WRITE, 0);
  }
  return ErrorCode.NONE;
}

/** Takes `preopen=`. */
function takePreopen(): ErrorCode {
  const bytes = readValue();
  const node = bytes && bytes <= PATH_BYTES ? directoryAt(value(), bytes) : 0;
  if (!node) return refuse("a preopened directory cannot be", ErrorCode.INVALID_DESCRIPTOR);
  for (let index: u32 = 0; index < bytes; ++index) {
    if (!preopenList.append(load<u8>(value() + index))) {
      return refuse("no memory", ErrorCode.OUT_OF_FRAMES);
    }
  }
  return preopenList.append(0) ? preopen(node) : refuse("no memory", ErrorCode.OUT_OF_FRAMES);
}

/** Takes `root=`, which comes before other directories. */
function takeRoot(): ErrorCode {
  if (!isValue(readValue(), "closed")) {
    return refuse("root= is not closed", ErrorCode.INVALID_DESCRIPTOR);
  }
  closeDescriptor(ROOT_FD);
  return ErrorCode.NONE;
}

function takeWord(): ErrorCode {
  if (isKey("argument")) return appendValue(argumentList);
  if (isKey("environment")) return appendValue(environmentList);
  if (isKey("input")) return takeInput();
  if (isKey("preopen")) return takePreopen();
  if (isKey("root")) return takeRoot();
  return refuse("an unknown word on its command line", ErrorCode.UNSUPPORTED);
}

/** Opens the three streams and the root. */
function openStandard(): ErrorCode {
  for (let stream: u32 = 0; stream < 3; ++stream) {
    const fd = openDescriptor(FileType.CHARACTER_DEVICE, stream, STREAM_RIGHTS, 0);
    if (fd == NO_DESCRIPTOR) return refuse("no memory", ErrorCode.OUT_OF_FRAMES);
  }
  const isNamed = preopenList.append(0x2f) && preopenList.append(0);
  return isNamed ? preopen(ROOT) : refuse("no memory", ErrorCode.OUT_OF_FRAMES);
}

/** Begins with nothing told. */
export function openArguments(): void {
  argumentList.open();
  environmentList.open();
  preopenList.open();
  openConsole(Input.NONE);
}

/**
 * Reads the command line and opens what it says; files and descriptors are open. `argumentsReason` says
 * what is wrong where the answer is an error.
 */
export function takeArguments(): ErrorCode {
  let status = openStandard();
  if (!openWords(0)) return refuse("its command line is too long", ErrorCode.INVALID_DESCRIPTOR);
  while (!status && nextWord()) status = takeWord();
  return status;
}

/** Takes the frames back. */
export function closeArguments(): void {
  argumentList.close();
  environmentList.close();
  preopenList.close();
}
