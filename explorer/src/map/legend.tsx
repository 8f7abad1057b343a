/**
 * The legend: colour, pattern, name and amount of each owner on the map.
 */

import { formatBytes } from "../format.ts";
import { type OwnerId, OWNERS, type Owner } from "./owner.ts";
import { PATTERN_PATHS, TILE } from "./pattern.ts";
import { bytesByOwner, type Piece } from "./piece.ts";

/** An owner's colour and pattern. */
export function Swatch({ owner }: { readonly owner: Owner }) {
  const pattern = `pattern-${owner.id}`;
  return (
    <svg class="swatch" width="28" height="18" aria-hidden="true">
      <defs>
        <pattern id={pattern} width={TILE} height={TILE} patternUnits="userSpaceOnUse">
          <path d={PATTERN_PATHS[owner.pattern]} class="pattern-stroke" />
        </pattern>
      </defs>
      <rect width="28" height="18" rx="3" style={{ fill: `var(--owner-${dashed(owner.id)})` }} />
      <rect width="28" height="18" rx="3" fill={`url(#${pattern})`} />
    </svg>
  );
}

function dashed(id: OwnerId): string {
  return id.replaceAll("_", "-");
}

/** Owners that the map shows, with how much each has; pressing one points out its pieces. */
export function Legend({
  pieces,
  owners,
  chosen,
  onChoose,
}: {
  readonly pieces: readonly Piece[];
  /** Who is listed, whether any of the pieces is theirs or not. */
  readonly owners: ReadonlySet<OwnerId>;
  /** The owner whose pieces are pointed out. */
  readonly chosen: OwnerId | null;
  readonly onChoose: (owner: OwnerId | null) => void;
}) {
  const bytes = bytesByOwner(pieces);
  return (
    <ul class="legend" aria-label="Legend">
      {OWNERS.filter(({ id }) => id !== "hole" && owners.has(id)).map((owner) => (
        <li key={owner.id}>
          <button
            type="button"
            aria-pressed={chosen === owner.id}
            disabled={!bytes.has(owner.id)}
            title={owner.meaning}
            onClick={() => onChoose(chosen === owner.id ? null : owner.id)}
          >
            <Swatch owner={owner} />
            <span>{owner.label}</span>
            <span class="amount">{formatBytes(bytes.get(owner.id) ?? 0)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
