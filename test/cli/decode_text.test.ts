import { describe, expect, it } from "vitest";
import { decodeText, textInput } from "../../tools/formats/text.ts";

const TEXT = "BIOS-e820: [mem 0x0-0xfff] usable\nAvailable – 1\n";

/** `text` in UTF-16, big-endian or little-endian. */
function wide(text: string, bigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; ++at) view.setUint16(at * 2, text.charCodeAt(at), !bigEndian);
  return bytes;
}

describe("text in bytes", () => {
  it("is UTF-8, with a byte order mark or without", () => {
    const bytes = new TextEncoder().encode(TEXT);
    expect(decodeText(bytes)).toBe(TEXT);
    expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]))).toBe(TEXT);
    expect(decodeText(new Uint8Array())).toBe("");
    expect(decodeText(new Uint8Array([0x41]))).toBe("A");
  });

  it.each([false, true])("is UTF-16 with a byte order mark, big-endian: %s", (bigEndian) => {
    expect(decodeText(wide(`\ufeff${TEXT}`, bigEndian))).toBe(TEXT);
  });

  it.each([false, true])("is UTF-16 without one, of ASCII, big-endian: %s", (bigEndian) => {
    const text = TEXT.replace("–", "-");
    expect(decodeText(wide(text, bigEndian))).toBe(text);
  });

  it("is not UTF-16 for a zero here and there", () => {
    const bytes = new Uint8Array([0x41, 0, 0x42, 0x43, 0, 0x44]);
    expect(decodeText(bytes)).toBe("A\0BC\0D");
  });
});

describe("lines", () => {
  it("keep their numbers where blank ones are left out, and lose what shows only on a screen", () => {
    const { lines } = textInput("\u001b[2Jone \t\r\n\r\n  two\r\u001b[01;02Hthree\n\n");
    expect(lines).toEqual([
      { number: 1, text: "one" },
      { number: 3, text: "  two" },
      { number: 4, text: "three" },
    ]);
  });
});
