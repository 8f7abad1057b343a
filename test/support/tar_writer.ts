/**
 * Tar archives as tests write them: ustar by hand, as POSIX.1-1988 lays it out, so that the kernel's
 * reader is held against something other than itself.
 */

export interface TarMember {
  readonly name: string;
  /** A type flag; "0", a file, by default. */
  readonly type?: string;
  readonly contents?: Uint8Array;
  readonly link?: string;
  readonly prefix?: string;
  /** Seconds since 1970. */
  readonly time?: number;
}

const BLOCK = 512;

function octal(value: number, bytes: number): string {
  return `${value.toString(8).padStart(bytes - 1, "0")}\0`;
}

/** One header block. */
function header(member: TarMember): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, value: string) => {
    block.set(new TextEncoder().encode(value), offset);
  };
  put(0, member.name);
  put(100, octal(0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(member.contents?.length ?? 0, 12));
  put(136, octal(member.time ?? 0, 12));
  put(148, "        ");
  put(156, member.type ?? "0");
  put(157, member.link ?? "");
  put(257, "ustar\0" + "00");
  put(345, member.prefix ?? "");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** The archive of `members`, with the two blocks of zeros at its end. */
export function tar(members: readonly TarMember[]): Uint8Array {
  const blocks = members.flatMap((member) => {
    const contents = member.contents ?? new Uint8Array(0);
    const padded = new Uint8Array(Math.ceil(contents.length / BLOCK) * BLOCK);
    padded.set(contents);
    return [header(member), padded];
  });
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
}
