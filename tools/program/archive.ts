/**
 * Packs a folder into a tar archive (ustar, POSIX.1-1988; long names by the headers of pax), which the
 * kernel indexes where it lies.
 */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const BLOCK = 512;
const NAME_BYTES = 100;

/** Type flags. */
const FILE = "0";
const LINK = "2";
const DIRECTORY = "5";
const PAX = "x";

interface Member {
  readonly name: string;
  readonly type: string;
  readonly contents: Uint8Array;
  readonly link: string;
  /** Seconds since 1970. */
  readonly time: number;
}

const encode = (text: string) => new TextEncoder().encode(text);
const NOTHING = new Uint8Array(0);

function padded(contents: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(contents.length / BLOCK) * BLOCK);
  whole.set(contents);
  return whole;
}

/** The header of a member, its name and link cut to what fits. */
function header({ name, type, contents, link, time }: Member): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const octal = (value: number, digits: number) => encode(value.toString(8).padStart(digits, "0"));
  block.set(encode(name).subarray(0, NAME_BYTES), 0);
  block.set(octal(type === DIRECTORY ? 0o755 : 0o644, 7), 100);
  block.set(octal(0, 7), 108);
  block.set(octal(0, 7), 116);
  block.set(octal(contents.length, 11), 124);
  block.set(octal(time, 11), 136);
  block.set(encode("        "), 148);
  block.set(encode(type), 156);
  block.set(encode(link).subarray(0, NAME_BYTES), 157);
  block.set(encode("ustar\0" + "00"), 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(octal(sum, 6), 148);
  block.set([0, 0x20], 154);
  return block;
}

/** A record of a pax header; its length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

/** The blocks of a member, before it a header with what does not fit its own. */
function blocks(member: Member): Uint8Array[] {
  const long = [
    encode(member.name).length > NAME_BYTES ? paxRecord("path", member.name) : "",
    encode(member.link).length > NAME_BYTES ? paxRecord("linkpath", member.link) : "",
  ].join("");
  const own = [header(member), padded(member.contents)];
  if (long === "") return own;
  const contents = encode(long);
  return [header({ ...member, type: PAX, contents, link: "" }), padded(contents), ...own];
}

/** The members of `folder`, whose name in the archive is `name`, in the order of their names. */
function* members(folder: string, name: string): Generator<Member> {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    const status = lstatSync(path);
    const time = Math.max(0, Math.floor(status.mtimeMs / 1000));
    const common = { name: name + entry, contents: NOTHING, link: "", time };
    if (status.isDirectory()) {
      yield { ...common, name: `${common.name}/`, type: DIRECTORY };
      yield* members(path, `${common.name}/`);
    } else if (status.isSymbolicLink()) {
      yield { ...common, type: LINK, link: readlinkSync(path) };
    } else if (status.isFile()) {
      yield { ...common, type: FILE, contents: new Uint8Array(readFileSync(path)) };
    }
  }
}

/** The archive of what is in `folder`; devices and the like are left out. */
export function archive(folder: string): Uint8Array {
  const all = [...members(folder, "")].flatMap(blocks);
  return Uint8Array.from(Buffer.concat([...all, new Uint8Array(2 * BLOCK)]));
}
