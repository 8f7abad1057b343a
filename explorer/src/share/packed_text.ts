/**
 * Text packed for a link: deflated, then in the URL-safe alphabet of base64 (RFC 4648, section 5).
 */

/** Bytes of the longest text that is unpacked: a link must not fill the memory. */
const LONGEST_TEXT = 4 * 1024 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

/** `bytes` through a compressor or decompressor; an error for a result that is too long. */
async function through(bytes: Bytes, filter: CompressionStream | DecompressionStream) {
  const filtered: ReadableStream<Bytes> = new Blob([bytes]).stream().pipeThrough(filter);
  const reader = filtered.getReader();
  const parts: Bytes[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > LONGEST_TEXT) {
      await reader.cancel();
      throw new RangeError("the packed text is too long");
    }
    parts.push(read.value);
  }
  return new Blob(parts).arrayBuffer();
}

export async function packText(text: string): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(text),
    new CompressionStream("deflate-raw"),
  );
  let binary = "";
  for (const byte of new Uint8Array(packed)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The text that `packText` packed; null for anything else. */
export async function unpackText(packed: string): Promise<string | null> {
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const text = await through(bytes, new DecompressionStream("deflate-raw"));
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    // Links get cut off and mistyped.
    return null;
  }
}
