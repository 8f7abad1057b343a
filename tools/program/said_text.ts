/** What a program says, as text: a character may come in several pieces. */

/** A function that turns what is said on a stream, 1 or 2, into the text that is whole by then. */
export function saidText(): (stream: number, bytes: Uint8Array) => string {
  const decoders = [new TextDecoder(), new TextDecoder()];
  return (stream, bytes) => decoders[stream - 1]!.decode(bytes, { stream: true });
}
