/**
 * `/proc/iomem`: the physical address space as Linux sees it, `00100000-7ffdffff : System RAM`.
 *
 * Its top level holds the firmware's map, with addresses of devices among it, which no memory map
 * lists: entries are known by their names. Indented lines tell what the entry above them is used
 * for; two kinds of them are of the map. Reservations inside System RAM are kept, be they the
 * firmware's or Linux's own, because the text does not tell which. Memory of a device that a driver
 * made System RAM counts as such.
 *
 * Ends are inclusive. Linux shows zeroes in the place of addresses to all but the superuser.
 */

import { MemoryType } from "../../../abi/memory_type.ts";
import { fromHex, spanOf } from "../address.ts";
import { LINUX_NAMES, typeNamed } from "../e820_types.ts";
import { type Form, type FormReading } from "../form.ts";
import { MapError } from "../map_input.ts";
import { MapTable } from "../map_table.ts";
import { type TextInput, type TextLine } from "../text.ts";

const RESOURCE = /^([ \t]{0,40})([0-9a-f]{8,16})-([0-9a-f]{8,16}) : (.*)$/i;

/** What only the beginning of a resource looks like. */
const CUT = /^[ \t]{0,40}[0-9a-f]{8,16}(?:-[0-9a-f]{0,16}(?: :?)?)?$/i;

/** What Linux calls memory, in lower case; a line that was cut may end in a part of it. */
const MEMORY_NAMES = Object.keys(LINUX_NAMES);

/** True for a line that ends within the name of memory. */
function isCutName(name: string): boolean {
  const key = name.toLowerCase();
  return !MEMORY_NAMES.includes(key) && MEMORY_NAMES.some((whole) => whole.startsWith(key));
}

/** Memory that was added to a running machine names its driver: `System RAM (virtio_mem)`. */
const DRIVER_MEMORY = /^System RAM \(.*\)$/;

interface Resource {
  readonly line: TextLine;
  /** Characters that it is indented by. */
  readonly indent: number;
  readonly first: bigint;
  readonly last: bigint;
  /** A `MemoryType`; undefined for a device. */
  readonly type: number | undefined;
  readonly name: string;
}

function resourceOf(line: TextLine): Resource | null {
  const [, space, first, last, name = ""] = RESOURCE.exec(line.text) ?? [];
  if (space === undefined || first === undefined || last === undefined) return null;
  return {
    line,
    indent: space.length,
    first: fromHex(first),
    last: fromHex(last),
    type: typeNamed(DRIVER_MEMORY.test(name) ? "System RAM" : name, LINUX_NAMES),
    name,
  };
}

/** What a nested resource means to the map. */
type Nested = "reservation" | "added memory" | null;

function nestedKind({ type }: Resource, parents: readonly Resource[]): Nested {
  const inMemory = parents.some((parent) => parent.type === MemoryType.USABLE);
  if (type === MemoryType.RESERVED && inMemory) return "reservation";
  return type === MemoryType.USABLE && !inMemory ? "added memory" : null;
}

/** Notes the lines between the resources, and right after them, that were resources once. */
function noteCutLines(
  lines: readonly TextLine[],
  resources: readonly Resource[],
  table: MapTable,
): void {
  const first = resources[0]!.line.number;
  const last = resources.at(-1)!.line.number;
  for (const line of lines) {
    if (line.number < first || line.number > last + 1) continue;
    if (CUT.test(line.text)) table.leaveOut(line, line.text, "not a whole line");
  }
  const { line, name, type } = resources.at(-1)!;
  if (type === undefined && isCutName(name)) table.leaveOut(line, line.text, "not a whole line");
}

function count(number: number, one: string, many: string): string[] {
  return number === 0 ? [] : [number === 1 ? `1 ${one}` : `${number} ${many}`];
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
  const table = new MapTable();
  const parents: Resource[] = [];
  const counts = { device: 0, reservation: 0, "added memory": 0 };
  for (const resource of resources) {
    while (parents.length > 0 && parents.at(-1)!.indent >= resource.indent) parents.pop();
    const nested = resource.indent > indent;
    const kind = nested ? nestedKind(resource, parents) : null;
    parents.push(resource);
    if (nested && kind === null) continue;
    if (kind !== null) ++counts[kind];
    const { line, first, last, type, name } = resource;
    if (type === undefined) ++counts.device;
    else {
      table.add(line, line.text, { span: spanOf(first, last, "inclusive"), type, typeText: name });
    }
  }
  if (table.entries.length === 0) {
    throw new MapError(
      "this looks like /proc/iomem and lists no memory: no line such as " +
        `"00100000-7ffdffff : System RAM" stands at its top level`,
    );
  }
  noteCutLines(lines, resources, table);
  return {
    source: "",
    entries: table.entries,
    notes: [
      ...table.notes,
      ...count(
        counts["added memory"],
        "range is memory of a device that a driver added",
        "ranges are memory of devices that a driver added",
      ),
      ...count(
        counts.reservation,
        "reservation inside System RAM is kept",
        "reservations inside System RAM are kept",
      ),
      ...count(counts.device, "range of a device is left out", "ranges of devices are left out"),
    ],
    derived: true,
  };
}

export const linuxIomemForm: Form = {
  name: "/proc/iomem",
  example: "00100000-7ffdffff : System RAM",
  read,
};
