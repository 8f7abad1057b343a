/**
 * Draws the map: pieces of memory in their owners' colours and patterns, the focus of a step as
 * brackets above, and the axis below. Draws on any canvas, so that the page and the exported
 * picture show the same.
 */

import { formatBytes } from "../format.ts";
import { type Axis } from "./axis.ts";
import { Crowd } from "./crowd.ts";
import { ownerOf, OWNERS, type OwnerId } from "./owner.ts";
import { type Palette } from "./palette.ts";
import { patternFill } from "./pattern.ts";
import { type Piece, pieceAt, type Span } from "./piece.ts";
import { ticksOf } from "./ticks.ts";

/** Heights in CSS pixels, from the top: brackets, the bar itself, labels of the axis. */
export const BRACKETS = 14;
export const AXIS = 24;

/** Narrower pieces have neither pattern nor border. */
const PATTERN_WIDTH = 4;
/** Narrower pieces have no text inside; up to the width of the text it stands upright. */
const LABEL_WIDTH = 18;
/** Pixels around the text inside a piece. */
const LABEL_MARGIN = 7;
/** Pixels between labels of the axis. */
const TICK_GAP = 84;

const DIMMED = 0.28;

export interface MapPicture {
  readonly pieces: readonly Piece[];
  readonly focus: readonly Span[];
  readonly axis: Axis;
  readonly view: Span;
  /** Index of the chosen piece, and of the one under the pointer. */
  readonly selected: number | null;
  readonly hovered: number | null;
}

/** Converts addresses to x for a picture `width` wide. */
export function projection(axis: Axis, view: Span, width: number) {
  const from = axis.position(view.base);
  const scale = width / (axis.position(view.end) - from || 1);
  return {
    x: (address: number) => (axis.position(address) - from) * scale,
    address: (x: number) => axis.address(from + x / scale),
    position: (x: number) => from + x / scale,
  };
}

/** Draws into `[0, width) x [0, height)` of a context that is scaled by `pixelRatio`. */
export function paintMap(
  context: CanvasRenderingContext2D,
  picture: MapPicture,
  palette: Palette,
  size: { readonly width: number; readonly height: number; readonly pixelRatio: number },
): void {
  const { width, height } = size;
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  paintBar(context, picture, palette, size);
  paintBrackets(context, picture, palette, width);
  context.restore();
  paintAxis(context, picture, palette, size);
}

function paintBar(
  context: CanvasRenderingContext2D,
  { pieces, focus, axis, view, selected, hovered }: MapPicture,
  palette: Palette,
  { width, height, pixelRatio }: { width: number; height: number; pixelRatio: number },
): void {
  const { x } = projection(axis, view, width);
  const top = BRACKETS;
  const tall = height - BRACKETS - AXIS;
  const patterns = new Map<OwnerId, CanvasPattern | null>(
    OWNERS.map(({ id, pattern }) => [
      id,
      patternFill(context, pattern, palette.stroke, pixelRatio),
    ]),
  );
  // Edges lie between pixels: half a pixel of each of two colours would be a third one.
  const snap = (place: number) => Math.round(place * pixelRatio) / pixelRatio;
  const crowd = new Crowd();
  const dimmedCrowd = new Crowd();
  let focusAt = 0;
  for (let index = pieceAt(pieces, view.base); index < pieces.length; ++index) {
    const piece = pieces[index]!;
    if (piece.base >= view.end) break;
    const left = snap(Math.max(x(piece.base), -1));
    const right = snap(Math.min(x(piece.end), width + 1));
    const wide = Math.max(right - left, 1);
    while (focusAt < focus.length && focus[focusAt]!.end <= piece.base) ++focusAt;
    const isFocused = (focus[focusAt]?.base ?? Infinity) < piece.end;
    const isDimmed = focus.length > 0 && !isFocused;
    context.globalAlpha = isDimmed ? DIMMED : 1;
    if (right <= left) {
      const column = Math.floor(x(piece.base) * pixelRatio);
      (isDimmed ? dimmedCrowd : crowd).add(column, piece);
    } else if (piece.owner === "hole") {
      paintHole(context, palette, left, wide, top, tall);
    } else {
      context.fillStyle = palette.owners[piece.owner];
      context.fillRect(left, top, wide, tall);
      const pattern = patterns.get(piece.owner);
      if (pattern && wide >= PATTERN_WIDTH) {
        context.fillStyle = pattern;
        context.fillRect(left, top, wide, tall);
      }
      if (wide >= PATTERN_WIDTH) {
        context.fillStyle = palette.background;
        context.fillRect(right - 0.5, top, 0.5, tall);
      }
    }
    if (wide >= LABEL_WIDTH && !isDimmed) {
      paintLabel(context, piece, palette, { left, wide, top, tall });
    }
    context.globalAlpha = 1;
    if (index === hovered || index === selected) {
      context.strokeStyle = index === selected ? palette.accent : palette.text;
      context.lineWidth = index === selected ? 3 : 1.5;
      context.strokeRect(left + 1, top + 1, Math.max(wide - 2, 1), tall - 2);
    }
  }
  const bar = { top, tall, pixelRatio };
  context.globalAlpha = DIMMED;
  dimmedCrowd.paint(context, palette, bar);
  context.globalAlpha = 1;
  crowd.paint(context, palette, bar);
}

function paintHole(
  context: CanvasRenderingContext2D,
  palette: Palette,
  left: number,
  wide: number,
  top: number,
  tall: number,
): void {
  context.fillStyle = palette.faint;
  context.fillRect(left, top + tall / 2 - 0.5, wide, 1);
}

/** Where a piece lies in the picture. */
interface Box {
  readonly left: number;
  readonly wide: number;
  readonly top: number;
  readonly tall: number;
}

/** Says what a piece is: in two lines, or upright if it is narrow, or not at all. */
function paintLabel(
  context: CanvasRenderingContext2D,
  piece: Piece,
  palette: Palette,
  box: Box,
): void {
  const size = formatBytes(piece.end - piece.base);
  const name = nameOnMap(piece);
  const bold = `600 12px ${palette.font}`;
  const plain = `12px ${palette.font}`;
  const widthIn = (font: string, text: string) => {
    context.font = font;
    return context.measureText(text).width;
  };
  const isHole = piece.owner === "hole";
  // A plate keeps the text readable over any pattern.
  const plate = isHole ? palette.background : palette.owners[piece.owner];
  const ink = isHole ? palette.text : palette.textOnOwner;
  const nameWidth = widthIn(bold, name);
  const sizeWidth = widthIn(plain, size);
  const write = (font: string, text: string, x: number, y: number) => {
    context.font = font;
    context.fillStyle = ink;
    context.fillText(text, x, y);
  };

  context.save();
  context.translate(box.left + box.wide / 2, box.top + box.tall / 2);
  context.textBaseline = "middle";
  const across = Math.max(nameWidth, sizeWidth);
  if (across + 2 * LABEL_MARGIN + 4 <= box.wide) {
    context.textAlign = "center";
    paintPlate(context, plate, across, 38);
    write(bold, name, 0, -8);
    write(plain, size, 0, 9);
  } else {
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    const along = nameWidth + 6 + sizeWidth;
    const room = box.tall - 2 * LABEL_MARGIN;
    if (along <= room) {
      paintPlate(context, plate, along, 16);
      write(bold, name, -along / 2, 0.5);
      write(plain, size, -along / 2 + nameWidth + 6, 0.5);
    } else if (nameWidth <= room) {
      paintPlate(context, plate, nameWidth, 16);
      write(bold, name, -nameWidth / 2, 0.5);
    }
  }
  context.restore();
}

/** A plate around the origin for a text of that size. */
function paintPlate(
  context: CanvasRenderingContext2D,
  colour: string,
  width: number,
  height: number,
): void {
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(-width / 2 - LABEL_MARGIN, -height / 2, width + 2 * LABEL_MARGIN, height, 4);
  context.fill();
}

/** What is written on a piece: the reason where it says more than the owner. */
function nameOnMap({ owner, detail }: Piece): string {
  if (owner === "hole") return "hole";
  if (owner === "managed" || owner === "reclaimed") return owner;
  const saysMore = owner === "carved" || owner === "image" || owner === "acpi";
  return saysMore ? detail : ownerOf(owner).label;
}

/** A bracket above each range of the focus, wide enough to be seen at any scale. */
function paintBrackets(
  context: CanvasRenderingContext2D,
  { focus, axis, view }: MapPicture,
  palette: Palette,
  width: number,
): void {
  const { x } = projection(axis, view, width);
  context.fillStyle = palette.accent;
  for (const span of focus) {
    if (span.end <= view.base || span.base >= view.end) continue;
    const left = Math.max(x(span.base), 0);
    const wide = Math.max(Math.min(x(span.end), width) - left, 2);
    context.fillRect(left, BRACKETS - 5, wide, 3);
    if (wide > 12) continue;
    const middle = left + wide / 2;
    context.beginPath();
    context.moveTo(middle - 5, 0);
    context.lineTo(middle + 5, 0);
    context.lineTo(middle, 8);
    context.fill();
  }
}

function paintAxis(
  context: CanvasRenderingContext2D,
  { axis, view }: MapPicture,
  palette: Palette,
  { width, height }: { width: number; height: number },
): void {
  context.font = `11px ${palette.font}`;
  context.textBaseline = "top";
  const bottom = height - AXIS;
  let free = 0;
  for (const { at, label } of ticksOf(axis, view, TICK_GAP / width)) {
    const place = Math.min(at * width, width - 1);
    const half = context.measureText(label).width / 2;
    const middle = Math.max(half, Math.min(width - half, place));
    // Labels at the ends are moved inwards and may run into their neighbours.
    if (middle - half < free) continue;
    free = middle + half + 8;
    context.fillStyle = palette.faint;
    context.fillRect(place, bottom, 1, 6);
    context.fillStyle = palette.text;
    context.textAlign = "center";
    context.fillText(label, middle, bottom + 9);
  }
}
