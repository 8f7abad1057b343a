/**
 * Which moment of a run the map shows: a slider over all of them, and a button that plays them.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatBytes, formatCount } from "../format.ts";
import { fullest } from "./moments.ts";
import { type ProgramMoment } from "./program_protocol.ts";

/** Milliseconds that playing all moments takes, and that one of them is shown at most. */
const PLAY_TIME = 5000;
const LONGEST_SHOWN = 400;

export interface MomentControlProps {
  /** None before the machine has booted. */
  readonly moments: readonly ProgramMoment[];
  /** Place of the moment in view, and whether it was chosen or is where the run has come to. */
  readonly shown: number;
  readonly isChosen: boolean;
  /** True if a fuller one may still come. */
  readonly isRunning: boolean;
  readonly onShow: (place: number) => void;
}

function inWords({ time, counts, spans }: ProgramMoment, isFullest: boolean): string {
  const onMap = spans.reduce((sum, { base, end }) => sum + (end - base) / FRAME_BYTES, 0);
  return (
    `${isFullest ? "Fullest moment, after" : "After"} ${time.toFixed(1)} ms: ` +
    `${formatCount(counts.lent)} frames on loan by the kernel's count, ` +
    `${formatCount(onMap)} on the map (${formatBytes(onMap * FRAME_BYTES)}).`
  );
}

export function MomentControl(props: MomentControlProps) {
  const { moments, shown, isChosen, isRunning, onShow } = props;
  const [isPlaying, setPlaying] = useState(false);
  /** Where it plays: a timer must not see an old one. */
  const place = useRef(shown);
  place.current = shown;
  const last = Math.max(0, moments.length - 1);
  useEffect(() => {
    if (!isPlaying) return;
    const pause = Math.min(LONGEST_SHOWN, PLAY_TIME / (last + 1));
    const timer = setInterval(() => {
      if (place.current >= last) setPlaying(false);
      else onShow(place.current + 1);
    }, pause);
    return () => clearInterval(timer);
  }, [isPlaying, last, onShow]);
  const play = () => {
    if (!isPlaying && (!isChosen || shown >= last)) onShow(0);
    setPlaying(!isPlaying);
  };
  const isFullest = !isRunning && shown === fullest(moments);
  const words = moments[shown] ? inWords(moments[shown], isFullest) : "";
  return (
    <div class="moment">
      <label>
        <span>The map shows this moment</span>
        <input
          type="range"
          min="0"
          max={last}
          step="1"
          value={shown}
          aria-valuetext={words}
          onInput={(event) => {
            setPlaying(false);
            onShow(Number(event.currentTarget.value));
          }}
        />
      </label>
      <button type="button" class="small" disabled={last === 0} onClick={play}>
        {isPlaying ? "Pause" : "Play"}
      </button>
      <p class="soft" data-testid="moment">
        {words}
      </p>
    </div>
  );
}
