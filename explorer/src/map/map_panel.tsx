/**
 * The map with everything around it: scale, zoom, overview, legend, what is chosen, the table.
 */

import { type ComponentChildren, type RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Axis, type ScaleKind } from "./axis.ts";
import { commonPieces, differences, padded } from "./beside.ts";
import { DifferenceList } from "./beside_view.tsx";
import { Legend } from "./legend.tsx";
import { type MachineMap } from "./machine_map.ts";
import { MapBar, PieceText } from "./map_bar.tsx";
import { Overview } from "./overview.tsx";
import { type OwnerId } from "./owner.ts";
import { type Piece, pieceAt, type Span } from "./piece.ts";
import { PieceTable } from "./piece_table.tsx";
import { scaleNote } from "./scale_note.ts";
import { frame, zoom } from "./view_window.ts";

const ZOOM_STEP = 2;

const SCALES: readonly { scale: ScaleKind; label: string }[] = [
  { scale: "linear", label: "Linear" },
  { scale: "log", label: "Logarithmic" },
  { scale: "pieces", label: "By piece" },
];

/** How the map is drawn; part of the page's address. */
export interface MapSettings {
  readonly scale: ScaleKind;
  readonly shortHoles: boolean;
  /** Addresses in view; null for all. */
  readonly view: Span | null;
  /** An address in the chosen piece. */
  readonly selected: number | null;
}

/** A map and what its machine is called. */
export interface NamedMap {
  readonly name: string;
  readonly map: MachineMap;
}

export interface MapPanelProps {
  readonly map: MachineMap;
  /** What the machine is called. */
  readonly name: string;
  /** The map that stands below it on the same axis; null for none. */
  readonly beside: NamedMap | null;
  /** Pieces that the axis is made of; those of the map by default. */
  readonly ruler?: readonly Piece[];
  /** Owners of the legend: those of all steps, so that it keeps its size from one to the next. */
  readonly owners: ReadonlySet<OwnerId>;
  readonly settings: MapSettings;
  readonly onSettings: (change: Partial<MapSettings>) => void;
  /** What the page knows of a piece beyond its own figures. */
  readonly describe: (piece: Piece) => ComponentChildren;
  /** Chooses the moment that the map shows; stands below it. Nothing by default. */
  readonly timeline?: ComponentChildren;
  /** What happens while the map changes; stands beside it where there is room. Nothing by default. */
  readonly aside?: ComponentChildren;
  /** Map, timeline and aside. */
  readonly row?: RefObject<HTMLDivElement | null>;
  /** Stands below the legend. */
  readonly children: ComponentChildren;
}

export function MapPanel(props: MapPanelProps) {
  const {
    map,
    name,
    beside,
    ruler = map.pieces,
    owners,
    settings,
    onSettings,
    describe,
    timeline,
    aside,
    row,
    children,
  } = props;
  const end = Math.max(map.pieces.at(-1)!.end, beside?.map.pieces.at(-1)!.end ?? 0);
  const pieces = useMemo(() => padded(map.pieces, end), [map, end]);
  const below = useMemo(() => beside && padded(beside.map.pieces, end), [beside, end]);
  const differing = useMemo(() => (below ? differences(pieces, below) : []), [pieces, below]);
  const [selectedBelow, setSelectedBelow] = useState<number | null>(null);
  useEffect(() => setSelectedBelow(null), [below]);
  const [highlighted, setHighlighted] = useState<OwnerId | null>(null);
  // A step that is chosen marks what it is about, whatever the legend marked before.
  useEffect(() => setHighlighted(null), [map.focus]);
  const measured = useMemo(() => padded(ruler, end), [ruler, end]);
  const axis = useMemo(
    () =>
      new Axis(
        below ? commonPieces(measured, below) : measured,
        settings.scale,
        settings.shortHoles,
      ),
    [measured, below, settings.scale, settings.shortHoles],
  );
  const whole = useMemo(() => ({ base: 0, end }), [end]);
  /** Where two maps differ is what they are about, unless something is marked. */
  const marked = map.focus.length > 0 ? map.focus : differing;
  const focus = useMemo(
    () => (highlighted ? pieces.filter(({ owner }) => owner === highlighted) : marked),
    [marked, pieces, highlighted],
  );
  const view = within(settings.view, whole);
  const selected = settings.selected === null ? null : pieceAt(pieces, settings.selected);
  const onView = (next: Span) => onSettings({ view: isSame(next, whole) ? null : next });
  const onSelect = (index: number | null) =>
    onSettings({ selected: index === null ? null : pieces[index]!.base });
  const chosen = selected === null ? null : pieces[selected]!;
  const middle = (axis.position(view.base) + axis.position(view.end)) / 2;
  return (
    <section class="panel map-panel" aria-labelledby="map-title">
      <div class="panel-head">
        <h2 id="map-title">Physical memory</h2>
        <div class="tools">
          <div class="segments" role="group" aria-label="Scale">
            {SCALES.map(({ scale, label }) => (
              <button
                key={scale}
                type="button"
                aria-pressed={settings.scale === scale}
                onClick={() => onSettings({ scale })}
              >
                {label}
              </button>
            ))}
          </div>
          <label class="check">
            <input
              type="checkbox"
              checked={settings.shortHoles}
              onChange={(event) => onSettings({ shortHoles: event.currentTarget.checked })}
            />
            Shorten holes
          </label>
          <div class="segments" role="group" aria-label="Zoom">
            <button
              type="button"
              aria-label="Zoom out"
              onClick={() => onView(zoom(axis, view, 1 / ZOOM_STEP, middle))}
            >
              −
            </button>
            <button
              type="button"
              aria-label="Zoom in"
              onClick={() => onView(zoom(axis, view, ZOOM_STEP, middle))}
            >
              +
            </button>
            <button type="button" onClick={() => onView(whole)}>
              All
            </button>
            <button
              type="button"
              disabled={focus.length === 0}
              onClick={() => onView(frame(axis, extentOf(focus), whole))}
            >
              Marked
            </button>
          </div>
        </div>
      </div>
      <div class={aside ? "map-row with-aside" : "map-row"} ref={row}>
        <div class="map-column">
          {beside && <h3>{name}</h3>}
          <MapBar {...{ pieces, focus, axis, whole, view, onView, selected, onSelect }} />
          {beside && below && (
            <>
              <h3>{beside.name}</h3>
              <MapBar
                {...{ focus, axis, whole, view, onView }}
                name={beside.name}
                pieces={below}
                selected={selectedBelow}
                onSelect={setSelectedBelow}
              />
              <DifferenceList found={differing} />
            </>
          )}
          <p class="scale-note">{scaleNote(settings, pieces)}</p>
          <div class="overview-frame">
            <Overview {...{ pieces, axis, view, onView }} />
          </div>
          {timeline}
        </div>
        {aside}
      </div>
      <Legend pieces={pieces} owners={owners} chosen={highlighted} onChoose={setHighlighted} />
      {chosen && (
        <div class="chosen-piece">
          <p>
            <PieceText piece={chosen} />
          </p>
          <div class="tools">
            <button type="button" onClick={() => onView(frame(axis, chosen, whole))}>
              Zoom to it
            </button>
          </div>
          {chosen.owner !== "hole" && describe(chosen)}
        </div>
      )}
      {below && selectedBelow !== null && (
        <p class="chosen-piece">
          <PieceText piece={below[selectedBelow]!} />
        </p>
      )}
      {children}
      <p class="hint" id="map-keys">
        Ctrl + wheel or a pinch zooms, as do ↑ ↓ and the wheel alone once the map is pressed; drag
        or Shift+← → pan, ← → go from piece to piece, Enter zooms to it, Escape shows all.
      </p>
      <PieceTable pieces={pieces} selected={selected} onSelect={onSelect} />
    </section>
  );
}

/** `view` as far as it lies on the map; all of the map where it does not. */
function within(view: Span | null, whole: Span): Span {
  const end = Math.min(view?.end ?? 0, whole.end);
  return view && view.base < end ? { base: view.base, end } : whole;
}

/** From the first to the last of sorted spans, one at least. */
function extentOf(spans: readonly Span[]): Span {
  return { base: spans[0]!.base, end: spans.at(-1)!.end };
}

function isSame(a: Span, b: Span): boolean {
  return a.base === b.base && a.end === b.end;
}
