/**
 * The pieces of the map as a table: the same facts for those who do not read pictures.
 */

import { useState } from "preact/hooks";
import { formatAddress, formatBytes } from "../format.ts";
import { ownerOf } from "./owner.ts";
import { type Piece } from "./piece.ts";

/** Rows shown at first, and added on request. */
const PAGE = 100;

export interface PieceTableProps {
  readonly pieces: readonly Piece[];
  readonly selected: number | null;
  readonly onSelect: (index: number) => void;
}

export function PieceTable({ pieces, selected, onSelect }: PieceTableProps) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(PAGE);
  return (
    <details class="piece-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        The map as a table ({pieces.length} {pieces.length === 1 ? "piece" : "pieces"})
      </summary>
      {open && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Pieces of memory">
          <table>
            <thead>
              <tr>
                <th scope="col">First byte</th>
                <th scope="col">Last byte</th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col">Owner</th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {pieces.slice(0, shown).map((piece, index) => (
                <tr key={piece.base} class={index === selected ? "chosen" : ""}>
                  <td>
                    <button type="button" class="link" onClick={() => onSelect(index)}>
                      <code>{formatAddress(piece.base)}</code>
                    </button>
                  </td>
                  <td>
                    <code>{formatAddress(piece.end - 1)}</code>
                  </td>
                  <td class="number">{formatBytes(piece.end - piece.base)}</td>
                  <td>{ownerOf(piece.owner).label}</td>
                  <td>{piece.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown < pieces.length && (
            <button type="button" onClick={() => setShown(shown + PAGE)}>
              Show {Math.min(PAGE, pieces.length - shown)} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}
