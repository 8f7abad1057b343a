/**
 * `/proc/iomem`: the physical address space as Linux sees it, `00100000-7ffdffff : System RAM`.
 *
 * Its top level holds the firmware's map, with addresses of devices among it, which no memory map
 * lists: entries are known by their names. Indented lines tell what the entry above them is used for.
 * Ends are inclusive. Linux shows zeroes in the place of addresses to all but the superuser.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { fromHex, rangeEntry } from "./address.ts";
import { type Form, type FormReading, type TextInput, type TextLine } from "./form.ts";
import { LineNotes } from "./line_notes.ts";
import { linuxType } from "./linux_types.ts";
import { MapError } from "./map_input.ts";

const RESOURCE = /^([ \t]*)([0-9a-f]{8,16})-([0-9a-f]{8,16}) : (.*?)\s*$/i;

/** Memory that was added to a running machine names its driver: `System RAM (virtio_mem)`. */
const DRIVER_MEMORY = /^System RAM \(.*\)$/;

interface Resource {
  readonly line: TextLine;
  /** Characters that it is indented by. */
  readonly indent: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly name: string;
}

function resourceOf(line: TextLine): Resource | null {
  const [, space, first, last, name] = RESOURCE.exec(line.text) ?? [];
  if (space === undefined || first === undefined || last === undefined) return null;
  return {
    line,
    indent: space.length,
    first: fromHex(first),
    last: fromHex(last),
    name: name ?? "",
  };
}

function read({ lines }: TextInput): FormReading | null {
  const resources = lines.map(resourceOf).filter((resource) => resource !== null);
  if (resources.length === 0) return null;
  if (resources.every(({ first, last }) => first === 0n && last === 0n)) {
    throw new MapError(
      "/proc/iomem shows no addresses to an unprivileged user; read it as root: sudo cat /proc/iomem",
    );
  }
  const indent = resources.reduce((least, resource) => Math.min(least, resource.indent), Infinity);
  const notes = new LineNotes();
  const entries: MemoryMapEntry[] = [];
  let others = 0;
  for (const resource of resources) {
    if (resource.indent > indent) continue;
    const name = DRIVER_MEMORY.test(resource.name) ? "System RAM" : resource.name;
    const type = linuxType(name);
    if (type === undefined) {
      ++others;
      continue;
    }
    const entry = rangeEntry(resource.first, resource.last, "inclusive", type);
    if (entry) entries.push(entry);
    else notes.add(resource.line, "ends before it begins, left out");
  }
  if (entries.length === 0) {
    throw new MapError(
      "this looks like /proc/iomem and lists no memory: no line such as " +
        `"00100000-7ffdffff : System RAM" stands at its top level`,
    );
  }
  const devices = others === 1 ? "1 range of a device is" : `${others} ranges of devices are`;
  return {
    source: "",
    entries,
    notes: others === 0 ? notes.notes : [...notes.notes, `${devices} left out`],
  };
}

export const iomemForm: Form = {
  name: "/proc/iomem",
  example: "00100000-7ffdffff : System RAM",
  read,
};
