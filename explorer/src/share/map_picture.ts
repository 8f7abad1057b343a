/**
 * The map as a picture that explains itself: title, the bar as it is in view, the legend.
 */

import { formatBytes, formatRange } from "../format.ts";
import { type Axis } from "../map/axis.ts";
import { OWNERS, type Owner } from "../map/owner.ts";
import { paintMap } from "../map/paint_map.ts";
import { type Palette } from "../map/palette.ts";
import { patternFill } from "../map/pattern.ts";
import { bytesByOwner, type Piece, type Span } from "../map/piece.ts";

/** CSS pixels; the picture has twice as many, for sharp text anywhere. */
const WIDTH = 1200;
const SCALE = 2;
const MARGIN = 24;
const BAR_TOP = 76;
const BAR_HEIGHT = 190;
const NOTE_TOP = BAR_TOP + BAR_HEIGHT + 18;
const LEGEND_TOP = NOTE_TOP + 18;
const LEGEND_COLUMNS = 4;
const LEGEND_ROW = 26;

export interface PictureInput {
  readonly title: string;
  readonly subtitle: string;
  /** How to read the widths. */
  readonly note: string;
  readonly pieces: readonly Piece[];
  readonly focus: readonly Span[];
  readonly axis: Axis;
  readonly view: Span;
}

/** The picture as a PNG. */
export function mapPicture(input: PictureInput, palette: Palette): Promise<Blob> {
  const { pieces, focus, axis, view } = input;
  const bytes = bytesByOwner(pieces);
  const owners = OWNERS.filter(({ id }) => id !== "hole" && bytes.has(id));
  const rows = Math.ceil(owners.length / LEGEND_COLUMNS);
  const height = LEGEND_TOP + rows * LEGEND_ROW + MARGIN;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext("2d")!;
  context.scale(SCALE, SCALE);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, WIDTH, height);
  context.fillStyle = palette.text;
  context.font = `600 20px ${palette.font}`;
  context.fillText(input.title, MARGIN, 36, WIDTH - 2 * MARGIN);
  context.font = `13px ${palette.font}`;
  const range = formatRange(view.base, view.end);
  context.fillText(`${input.subtitle} · ${range}`, MARGIN, 60, WIDTH - 2 * MARGIN);

  paintBar(context, { pieces, focus, axis, view }, palette);
  context.fillStyle = palette.text;
  context.font = `13px ${palette.font}`;
  context.fillText(input.note, MARGIN, NOTE_TOP, WIDTH - 2 * MARGIN);
  for (const [index, owner] of owners.entries()) {
    const x = MARGIN + (index % LEGEND_COLUMNS) * ((WIDTH - 2 * MARGIN) / LEGEND_COLUMNS);
    const y = LEGEND_TOP + Math.floor(index / LEGEND_COLUMNS) * LEGEND_ROW;
    paintEntry(context, owner, bytes.get(owner.id)!, palette, x, y);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error("The browser could not make a picture.")),
    ),
  );
}

function paintBar(
  context: CanvasRenderingContext2D,
  picture: { pieces: readonly Piece[]; focus: readonly Span[]; axis: Axis; view: Span },
  palette: Palette,
): void {
  const size = { width: WIDTH - 2 * MARGIN, height: BAR_HEIGHT, pixelRatio: SCALE };
  const bar = document.createElement("canvas");
  bar.width = size.width * SCALE;
  bar.height = size.height * SCALE;
  const barContext = bar.getContext("2d")!;
  barContext.scale(SCALE, SCALE);
  paintMap(barContext, { ...picture, selected: null, hovered: null }, palette, size);
  context.drawImage(bar, MARGIN, BAR_TOP, size.width, size.height);
}

function paintEntry(
  context: CanvasRenderingContext2D,
  owner: Owner,
  bytes: number,
  palette: Palette,
  x: number,
  y: number,
): void {
  context.fillStyle = palette.owners[owner.id];
  context.fillRect(x, y, 28, 16);
  const pattern = patternFill(context, owner.pattern, palette.stroke, SCALE);
  if (pattern) {
    context.fillStyle = pattern;
    context.fillRect(x, y, 28, 16);
  }
  context.fillStyle = palette.text;
  context.font = `13px ${palette.font}`;
  context.fillText(`${owner.label}, ${formatBytes(bytes)}`, x + 36, y + 13);
}
