/**
 * Text that a memory map is looked for in: decoded from bytes, and cut into lines.
 */

/** One line of the text. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end, terminal escapes and blanks at its end. */
  readonly text: string;
}

/** A text as the forms see it. */
export interface TextInput {
  readonly text: string;
  /** All lines that are not blank. */
  readonly lines: readonly TextLine[];
}

/** Colours and cursor movements that terminals and firmware leave in logs (ECMA-48, section 5.4). */
// eslint-disable-next-line no-control-regex
const ESCAPE_SEQUENCE = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g;

/** `text` in lines, blank ones left out. */
export function textInput(text: string): TextInput {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({
      number: index + 1,
      text: line.replace(ESCAPE_SEQUENCE, "").trimEnd(),
    }))
    .filter((line) => line.text !== "");
  return { text, lines };
}

/** Bytes that are looked at to tell the encoding. */
const SAMPLE = 512;

/** True if every other byte of `bytes`, from `first` on, is zero and the ones between are not. */
function isWide(bytes: Uint8Array, first: 0 | 1): boolean {
  const sample = bytes.subarray(0, Math.min(SAMPLE, bytes.length - (bytes.length % 2)));
  return sample.length > 0 && sample.every((byte, at) => (byte === 0) === (at % 2 === first));
}

function encodingOf(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || isWide(bytes, 1)) return "utf-16le";
  if ((bytes[0] === 0xfe && bytes[1] === 0xff) || isWide(bytes, 0)) return "utf-16be";
  return "utf-8";
}

/**
 * The text in `bytes`: UTF-8, or UTF-16 as the UEFI shell and Windows write it, with a byte order
 * mark or without one (a map's characters are ASCII, so every other byte is zero then).
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}
