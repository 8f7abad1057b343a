/**
 * Sharing: a link to what is on the screen, the plan as JSON, the map as a picture.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type PageState, toFragment } from "../app/page_state.ts";
import { STEPS } from "../bring_up/steps.ts";
import { formatBytes } from "../format.ts";
import { type ShownMachine } from "../app/use_machine.ts";
import { type AllocatorReport } from "../machine/protocol.ts";
import { Axis } from "../map/axis.ts";
import { PlanMap } from "../map/machine_map.ts";
import { readPalette } from "../map/palette.ts";
import { scaleNote } from "../map/scale_note.ts";
import { carry, mapText } from "./carried_map.ts";
import { download, fileName } from "./download.ts";
import { mapPicture } from "./map_picture.ts";

/** Milliseconds that "Link copied." stays. */
const MESSAGE_TIME = 5000;

export interface ShareBarProps {
  readonly state: PageState;
  readonly opened: ShownMachine;
  readonly report: AllocatorReport | null;
}

export function ShareBar({ state, opened, report }: ShareBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const [message, setMessage] = useState("");
  const { plan, tables } = opened;
  const name = fileName(opened.name || plan.input.source || plan.input.format);

  const saveJson = () => {
    const text = `${JSON.stringify(plan, null, 2)}\n`;
    download(new Blob([text], { type: "application/json" }), `${name}.json`);
  };
  const savePicture = () => {
    const step = state.tab === "bring-up" ? STEPS.find(({ id }) => id === state.step) : undefined;
    const { pieces, focus } = new PlanMap(plan, tables).at(step?.id ?? null);
    const axis = new Axis(pieces, state.map.scale, state.map.shortHoles);
    const view = state.map.view ?? { base: 0, end: pieces.at(-1)!.end };
    const title = opened.name || plan.input.source || plan.input.format;
    const managed = plan.totals ? formatBytes(plan.totals.managed * FRAME_BYTES) : "nothing";
    const moment = step ? ` · bring-up, step “${step.title}”` : "";
    const subtitle = `SlopOS manages ${managed}${moment}`;
    const note = scaleNote(state.map, pieces);
    mapPicture(
      { title, subtitle, note, pieces, focus, axis, view },
      readPalette(bar.current!),
    ).then(
      (blob) => download(blob, `${name}.png`),
      (error: Error) => setMessage(error.message),
    );
  };
  const copyLink = async () => {
    // A load that can be done again is: the link opens at this moment.
    const operations = report?.repeatable ? report.operations : state.operations;
    const fragment = await toFragment({ ...state, operations }, mapText(plan.input));
    const link = new URL(`#${fragment}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      setMessage("Link copied.");
    } catch {
      setMessage("The browser does not allow copying; the address bar has the link.");
    }
  };
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(""), MESSAGE_TIME);
    return () => clearTimeout(timer);
  }, [message]);
  const [isTooLong, setTooLong] = useState(false);
  useEffect(() => {
    setTooLong(false);
    if (opened.choice.kind !== "text") return;
    void carry(mapText(plan.input)).then(({ packed }) => setTooLong(packed === null));
  }, [opened, plan]);
  return (
    <div class="share" ref={bar}>
      <div class="tools">
        <button type="button" disabled={isTooLong} onClick={() => void copyLink()}>
          Copy link
        </button>
        <button type="button" onClick={saveJson}>
          Save JSON
        </button>
        <button type="button" onClick={savePicture}>
          Save picture
        </button>
      </div>
      <p role="status">
        {message ||
          (isTooLong &&
            "This map is too long for a link. A reload in this tab keeps it; save it as JSON to pass it on.")}
      </p>
    </div>
  );
}
