/**
 * What the page shows, as far as a link to it should bring back.
 */

import { ORDER_MIXES } from "../../../tools/trace/random_load.ts";
import { type StepId, STEPS } from "../bring_up/steps.ts";
import { type WorkloadSettings } from "../machine/protocol.ts";
import { type ContestChoice } from "../side_by_side/contest_protocol.ts";
import { contestOf, contestText, FIRST_CONTEST } from "../side_by_side/contest_link.ts";
import { type MapSettings } from "../map/map_panel.tsx";
import { FIRST_CHOICE, LARGEST_SIZE, type MachineChoice, SMALLEST_SIZE } from "./choice.ts";
import { parseAddress } from "../address_text.ts";
import { carry, keptMap } from "../share/carried_map.ts";
import { unpackText } from "../share/packed_text.ts";

export type Tab = "bring-up" | "allocators" | "program" | "side-by-side" | "page-tables";

export const TABS: readonly { readonly id: Tab; readonly label: string }[] = [
  { id: "bring-up", label: "Bring-up" },
  { id: "allocators", label: "Allocators" },
  { id: "program", label: "Program" },
  { id: "side-by-side", label: "Side by side" },
  { id: "page-tables", label: "Page tables" },
];

export interface PageState {
  readonly choice: MachineChoice;
  /** The machine whose map stands below; null for none. */
  readonly beside: MachineChoice | null;
  readonly map: MapSettings;
  readonly step: StepId | null;
  readonly tab: Tab;
  /** The virtual address whose walk is shown. */
  readonly virtual: bigint;
  /** What the random load is set to. */
  readonly load: WorkloadSettings;
  /** Operations of that load that are done as soon as the machine is open. */
  readonly operations: number;
  /** The kernel against another allocator. */
  readonly contest: ContestChoice;
  /** True for large text and nothing but map, story and controls. */
  readonly lecture: boolean;
  /** The task that is worked on, by its name; null for none. */
  readonly task: string | null;
}

/** What changes of the page's state, or how that follows from the state as it is. */
export type StateChange = Partial<PageState> | ((last: PageState) => Partial<PageState>);

export const FIRST_STATE: PageState = {
  choice: FIRST_CHOICE,
  beside: null,
  map: { scale: "pieces", shortHoles: true, view: null, selected: null },
  step: null,
  tab: "bring-up",
  virtual: 0x100000n,
  load: { mix: "geometric", flags: 0, fill: 0.6, speed: 10_000, seed: 1 },
  operations: 0,
  contest: FIRST_CONTEST,
  lecture: false,
  task: null,
};

const SCALES = ["linear", "log", "pieces"] as const;

/** Fields of an address by which a visitor would tell two places of the page apart. */
const PLACE_FIELDS = ["machine", "bytes", "map", "kept", "tab", "virtual"] as const;
const MACHINE_FIELDS = PLACE_FIELDS.slice(0, 4);

function isSameIn(names: readonly string[], one: string, other: string): boolean {
  const [a, b] = [new URLSearchParams(one), new URLSearchParams(other)];
  return names.every((name) => a.get(name) === b.get(name));
}

/** True if the browser's way back need not tell the two fragments apart. */
export function isSamePlace(one: string, other: string): boolean {
  return isSameIn(PLACE_FIELDS, one, other);
}

/** True if the two fragments name the same machine. */
export function isSameMachine(one: string, other: string): boolean {
  return isSameIn(MACHINE_FIELDS, one, other);
}

/**
 * `state` as the fragment of an address, without the `#`. Of a map that was brought `text` is carried on,
 * the map file of what was read of it.
 */
export async function toFragment(state: PageState, text: string): Promise<string> {
  const { choice, map, step, tab, virtual, load } = state;
  const fields = new URLSearchParams();
  if (choice.kind === "bundled") fields.set("machine", choice.name);
  else if (choice.kind === "size") fields.set("bytes", String(choice.bytes));
  else if (choice.kind === "lost") fields.set("kept", choice.name);
  else {
    const { packed, kept } = await carry(text);
    if (packed) fields.set("map", packed);
    else if (kept) fields.set("kept", kept);
  }
  if (state.beside?.kind === "bundled") fields.set("beside", state.beside.name);
  if (map.scale !== FIRST_STATE.map.scale) fields.set("scale", map.scale);
  if (!map.shortHoles) fields.set("holes", "true-to-scale");
  if (map.view) {
    fields.set("from", hexOf(map.view.base));
    fields.set("to", hexOf(map.view.end));
  }
  if (map.selected !== null) fields.set("at", hexOf(map.selected));
  if (step) fields.set("step", step);
  if (tab !== FIRST_STATE.tab) fields.set("tab", tab);
  if (virtual !== FIRST_STATE.virtual) fields.set("virtual", `0x${virtual.toString(16)}`);
  const set = loadText(load);
  if (set !== loadText(FIRST_STATE.load)) fields.set("load", set);
  if (state.operations) fields.set("operations", String(state.operations));
  const contest = contestText(state.contest);
  if (contest !== contestText(FIRST_CONTEST)) fields.set("contest", contest);
  if (state.task) fields.set("task", state.task);
  if (state.lecture) fields.set("lecture", "on");
  return fields.toString();
}

/** The state that `fragment` (without the `#`) tells; what is missing or wrong is as at first. */
export async function fromFragment(fragment: string): Promise<PageState> {
  const fields = new URLSearchParams(fragment);
  const address = (name: string) => {
    const value = parseAddress(fields.get(name) ?? "");
    return value !== null && value <= Number.MAX_SAFE_INTEGER ? Number(value) : null;
  };
  const from = address("from");
  const to = address("to");
  return {
    choice: await choiceOf(fields),
    beside: besideOf(fields.get("beside")),
    map: {
      scale: SCALES.find((scale) => scale === fields.get("scale")) ?? FIRST_STATE.map.scale,
      shortHoles: fields.get("holes") !== "true-to-scale",
      view: from !== null && to !== null && from < to ? { base: from, end: to } : null,
      selected: address("at"),
    },
    step: STEPS.find(({ id }) => id === fields.get("step"))?.id ?? null,
    tab: TABS.find(({ id }) => id === fields.get("tab"))?.id ?? FIRST_STATE.tab,
    virtual: parseAddress(fields.get("virtual") ?? "") ?? FIRST_STATE.virtual,
    load: loadOf(fields.get("load") ?? ""),
    operations: /^\d{1,8}$/.test(fields.get("operations") ?? "")
      ? Number(fields.get("operations"))
      : 0,
    contest: contestOf(fields.get("contest") ?? ""),
    lecture: fields.get("lecture") === "on",
    task: fields.get("task"),
  };
}

/** A load in a link: mix, percent, operations a second, flags, seed; separated by dots. */
function loadText({ mix, fill, speed, flags, seed }: WorkloadSettings): string {
  return [mix, Math.round(fill * 100), speed, flags, seed].join(".");
}

function loadOf(text: string): WorkloadSettings {
  const [, mix, ...numbers] =
    /^([a-z]+)\.(\d{1,3})\.(\d{1,7})\.([0-7])\.(\d{1,9})$/.exec(text) ?? [];
  const [fill = 0, speed = 0, flags = 0, seed = 0] = numbers.map(Number);
  const known = ORDER_MIXES.find((one) => one === mix);
  if (!known || fill > 100 || speed < 1) return FIRST_STATE.load;
  return { mix: known, fill: fill / 100, speed, flags, seed };
}

async function choiceOf(fields: URLSearchParams): Promise<MachineChoice> {
  const packed = fields.get("map");
  if (packed) {
    const text = await unpackText(packed);
    if (text !== null) return { kind: "text", text };
  }
  const kept = fields.get("kept");
  if (kept) {
    const text = keptMap(kept);
    return text === null ? { kind: "lost", name: kept } : { kind: "text", text };
  }
  const bytes = Number(fields.get("bytes"));
  if (bytes >= 2 ** SMALLEST_SIZE && bytes <= 2 ** LARGEST_SIZE) return { kind: "size", bytes };
  const name = fields.get("machine");
  return name ? { kind: "bundled", name } : FIRST_CHOICE;
}

/** Of what stands below only a machine that comes with the page is carried by links. */
function besideOf(name: string | null): MachineChoice | null {
  return name ? { kind: "bundled", name } : null;
}

function hexOf(address: number): string {
  return `0x${Math.floor(address).toString(16)}`;
}
