/**
 * Modules made of the real kernel by one wrong step each: cut off, with a part left out, doubled,
 * moved or miscounted, with a name or a type changed, with bits flipped.
 */

import { Buffer } from "node:buffer";
import {
  SectionId,
  elements,
  leb,
  name,
  read,
  readLeb,
  section,
  skip,
  vector,
  write,
} from "./wasm_writer.mjs";

/** Numbers that a count or an index could falsely be, besides its neighbours. */
const FALSE_NUMBERS = [0, 1, 127, 128, 65536, 1000000, 0x7fffffff, 0xffffffff];

/** A generator of 32-bit numbers (xorshift32, Marsaglia 2003); `seed` is not 0. */
export function random(seed) {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function* truncations(module, sections) {
  for (const { id, start, contents } of sections) {
    const inside = start + 1 + leb(contents.length).length;
    const end = inside + contents.length;
    for (const at of new Set([
      start,
      start + 1,
      inside,
      inside + 1,
      (inside + end) >> 1,
      end - 1,
    ])) {
      yield [`cut off at byte ${at}, in or before section ${id}`, module.subarray(0, at)];
    }
  }
  for (let at = 0; at < 9; at++) yield [`of ${at} bytes`, module.subarray(0, at)];
}

function* outlines(sections) {
  for (const [i, part] of sections.entries()) {
    const { id, contents } = part;
    const replaced = (...parts) =>
      write([...sections.slice(0, i), ...parts, ...sections.slice(i + 1)]);
    yield [`without section ${id}`, replaced()];
    yield [`with section ${id} twice`, replaced(part, part)];
    yield [`with section ${id} at the front`, write([part, ...sections.filter((s) => s !== part)])];
    yield [`with section ${id} empty`, replaced(section(id, []))];
    for (const other of [4, 12, 13, 127, 128, 255]) {
      yield [`with section ${id} as ${other}`, replaced({ ...part, id: other })];
    }
    for (const length of [0, contents.length - 1, contents.length + 1, 0x7fffffff, 0xffffffff]) {
      yield [`with section ${id} said to have ${length} bytes`, replaced({ ...part, length })];
    }
    for (const least of [5, 6, 10]) {
      yield [`with ${least} bytes for the length of section ${id}`, replaced({ ...part, least })];
    }
    const { value: count, end } =
      id === SectionId.CUSTOM ? { value: 0, end: 1 } : readLeb(contents, 0);
    for (const wrong of new Set([...FALSE_NUMBERS, count - 1, count + 1])) {
      if (wrong === count || wrong < 0) continue;
      const counted = section(id, Buffer.concat([Buffer.from(leb(wrong)), contents.subarray(end)]));
      yield [`with ${wrong} for the count of section ${id}`, replaced(counted)];
    }
  }
}

/** Replaces each element of the vector in section `id` by what `variants` makes of it. */
function* elementwise(sections, id, skipOne, variants) {
  const at = sections.findIndex((one) => one.id === id);
  const all = elements(sections[at].contents, skipOne);
  for (const [i, element] of all.entries()) {
    for (const [what, bytes] of variants(element, i)) {
      const changed = all.with(i, [...bytes]).map((one) => [...one]);
      yield [what, write(sections.with(at, section(id, vector(...changed))))];
    }
  }
}

/** Element `bytes` that ends in a kind and an index: with other ones. */
function* kindAndIndex(what, bytes) {
  const indexBytes =
    bytes.length - [...bytes].findLastIndex((byte, i) => byte < 0x80 && i < bytes.length - 1) - 1;
  const before = [...bytes.subarray(0, bytes.length - indexBytes)];
  for (const wrong of [...FALSE_NUMBERS, 2, 3, 4, 5, 6])
    yield [`${what}, its index ${wrong}`, [...before, ...leb(wrong)]];
  for (const kind of [0, 1, 2, 3, 4, 255]) {
    yield [
      `${what}, its kind ${kind}`,
      [...before.slice(0, -1), kind, ...bytes.subarray(before.length)],
    ];
  }
}

function* exports(element) {
  const { value, end } = readLeb(element, 0);
  const text = element.subarray(end, end + value).toString();
  if (!["abi_version", "kernel_main", "memory"].includes(text)) return;
  yield [
    `with ${text} under another name`,
    [...name(text.toUpperCase()), ...element.subarray(end + value)],
  ];
  yield [`with ${text} without a name`, [0, ...element.subarray(end + value)]];
  yield [
    `with a name longer than the module for ${text}`,
    [...leb(100000), ...element.subarray(end)],
  ];
  yield* kindAndIndex(`with ${text}`, element);
}

function* imports(element, i) {
  yield* kindAndIndex(`with import ${i}`, element);
  const renamed = Buffer.from(element);
  renamed[1] ^= 0x20;
  yield [`with another module for import ${i}`, renamed];
}

function* bodies(element, i) {
  const { end } = readLeb(element, 0);
  if (i % 16) return;
  const code = element.subarray(end);
  yield [`with an empty function ${i}`, [0]];
  yield [`with function ${i} without its end`, [...leb(code.length - 1), ...code.subarray(0, -1)]];
  yield [`with function ${i} of ends`, [...leb(code.length), ...Buffer.alloc(code.length, 0x0b)]];
  yield [
    `with function ${i} of prefixes`,
    [...leb(code.length), ...Buffer.alloc(code.length, 0xfc)],
  ];
  yield [`with many locals in function ${i}`, [...leb(8), 1, ...leb(0x7fffffff), 0x7f, 0x0b]];
}

function* memories(sections) {
  const at = sections.findIndex(({ id }) => id === SectionId.MEMORY);
  for (const flags of [0, 1, 2, 3, 4, 0x7f, 0x80]) {
    for (const minimum of [0, 1, 2, 3, 65535, 65536, 65537, 0xffffffff]) {
      for (const maximum of flags & 1 ? [0, 1, 65536, 0xffffffff] : [0]) {
        const limits = [flags, ...leb(minimum), ...(flags & 1 ? leb(maximum) : [])];
        const memory = section(SectionId.MEMORY, vector(limits));
        yield [`with memory ${flags}: ${minimum} to ${maximum}`, write(sections.with(at, memory))];
      }
    }
  }
}

/** The mutants that are always the same. */
export function* structured(kernel) {
  const sections = read(kernel);
  yield* truncations(kernel, sections);
  yield* outlines(sections);
  yield* elementwise(sections, SectionId.EXPORT, skip.export, exports);
  yield* elementwise(sections, SectionId.IMPORT, skip.import, imports);
  yield* elementwise(sections, SectionId.CODE, skip.body, bodies);
  yield* memories(sections);
}

/** `count` mutants with one to four bits flipped, or bytes replaced, anywhere or close together. */
export function* flipped(kernel, count, seed) {
  const draw = random(seed);
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.from(kernel);
    const changes = 1 + draw(4);
    const [first, reach] = draw(2) ? [0, bytes.length] : [draw(bytes.length - 64), 64];
    for (let change = 0; change < changes; change++) {
      const at = first + draw(reach);
      if (draw(4)) bytes[at] ^= 1 << draw(8);
      else bytes[at] = [0, 1, 0x7f, 0x80, 0xff, draw(256)][draw(6)];
    }
    yield [`with ${changes} changes near byte ${first}, drawn as ${i} of seed ${seed}`, bytes];
  }
}
