/**
 * Scripts of operations, a line each:
 *
 *     # words after # are for people
 *     alloc a order=3 flags=zero,below_4g    8 frames, zeroed, below 4 GiB; from now on called a
 *     alloc b                                1 frame
 *     retain b                               one more owner of that frame
 *     free b                                 once for each owner
 *     free a order=2                         what the kernel says to a wrong order
 *     free 0x200000 order=0                  an address serves as well as a name
 *     reserve 0x400000 bytes=2M              kept out of allocation for good
 *
 * A name may be given again once its block is free. What the kernel refuses is no error of the script:
 * the refusal may be what one wants to see.
 */

import { FrameFlag } from "../../abi/frame.ts";
import { ADDRESS_SPACE } from "../formats/address.ts";
import { parseSize } from "../formats/size.ts";
import { type Operation, type Target } from "./operation.ts";

/** A script that cannot be read; the message names the line. */
export class ScriptError extends Error {
  override name = "ScriptError";
}

const FLAGS: Readonly<Record<string, number>> = {
  zero: FrameFlag.ZERO,
  below_16m: FrameFlag.BELOW_16M,
  below_4g: FrameFlag.BELOW_4G,
};

const NAME = /^[a-z_]\w{0,31}$/i;
const ADDRESS = /^0x[0-9a-f]{1,16}$/i;

/** The words of one line and where it stands. */
interface Words {
  readonly line: number;
  readonly kind: string;
  /** The word after the operation. */
  readonly subject: string;
  /** `key=value` words. */
  readonly values: ReadonlyMap<string, string>;
}

function fail({ line }: Pick<Words, "line">, reason: string): never {
  throw new ScriptError(`line ${line}: ${reason}`);
}

function wordsOf(text: string, line: number): Words | null {
  const words = text.replace(/#.*$/, "").split(/\s+/).filter(Boolean);
  const [kind, subject, ...rest] = words;
  if (kind === undefined) return null;
  if (subject === undefined) fail({ line }, `"${kind}" needs a name or an address`);
  const values = new Map<string, string>();
  for (const word of rest) {
    const at = word.indexOf("=");
    if (at < 1) fail({ line }, `"${word}" is not of the form key=value`);
    values.set(word.slice(0, at), word.slice(at + 1));
  }
  return { line, kind, subject, values };
}

/** Refuses keys that the operation does not have. */
function allow(words: Words, keys: readonly string[]): void {
  for (const key of words.values.keys()) {
    if (!keys.includes(key)) fail(words, `"${words.kind}" has no "${key}="`);
  }
}

function orderOf(words: Words): number | null {
  const text = words.values.get("order");
  if (text === undefined) return null;
  if (!/^\d{1,3}$/.test(text)) fail(words, `"${text}" is no order`);
  return Number(text);
}

function flagsOf(words: Words): number {
  const names = words.values.get("flags")?.split(",") ?? [];
  return names.reduce((flags, name) => {
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    return (
      flags | (flag ?? fail(words, `unknown flag "${name}"; there are zero, below_16m, below_4g`))
    );
  }, 0);
}

function addressOf(words: Words): bigint {
  return ADDRESS.test(words.subject)
    ? BigInt(words.subject)
    : fail(words, `"${words.subject}" is no address; write it as 0x200000`);
}

function bytesOf(words: Words): bigint {
  const text = words.values.get("bytes") ?? "";
  const bytes = ADDRESS.test(text) ? BigInt(text) : parseSize(text);
  if (bytes === null || bytes >= ADDRESS_SPACE) {
    return fail(words, "reserve needs bytes=, such as bytes=0x1000 or bytes=2M");
  }
  return bytes;
}

/** Reads scripts; knows which names have a block. */
class ScriptReader {
  /** Owners of the blocks by name; those that a script freed to the end have none. */
  readonly #owners = new Map<string, number>();

  operation(words: Words): Operation {
    switch (words.kind) {
      case "alloc":
        allow(words, ["order", "flags"]);
        return this.#alloc(words);
      case "free":
        allow(words, ["order"]);
        return { kind: "free", target: this.#target(words, -1), order: orderOf(words) };
      case "retain":
        allow(words, []);
        return { kind: "retain", target: this.#target(words, 1) };
      case "reserve":
        allow(words, ["bytes"]);
        return { kind: "reserve", address: addressOf(words), bytes: bytesOf(words) };
      default:
        return fail(
          words,
          `unknown operation "${words.kind}"; there are alloc, free, retain, reserve`,
        );
    }
  }

  #alloc(words: Words): Operation {
    const { subject: name } = words;
    if (!NAME.test(name)) fail(words, `"${name}" is no name: letters, digits and _`);
    if ((this.#owners.get(name) ?? 0) > 0) fail(words, `"${name}" has a block already`);
    this.#owners.set(name, 1);
    return { kind: "alloc", name, order: orderOf(words) ?? 0, flags: flagsOf(words) };
  }

  /** The block that `words` speak of, which has `change` more owners from now on. */
  #target(words: Words, change: number): Target {
    const { subject: name } = words;
    if (ADDRESS.test(name)) return { address: BigInt(name) };
    const owners = this.#owners.get(name);
    if (owners === undefined) return fail(words, `nothing was allocated as "${name}"`);
    // An order given by hand is meant to be wrong, so the block stays.
    if (!words.values.has("order")) this.#owners.set(name, owners + change);
    return { name };
  }
}

/** The operations of a script. ScriptError if there is something in it that is none. */
export function parseScript(text: string): Operation[] {
  const reader = new ScriptReader();
  const operations: Operation[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    const words = wordsOf(line, index + 1);
    if (words) operations.push(reader.operation(words));
  });
  return operations;
}
