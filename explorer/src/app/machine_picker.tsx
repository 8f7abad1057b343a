/**
 * Choosing a machine: from the list, by size, or by a boot log that is dropped, opened or pasted.
 */

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { decodeText } from "../../../tools/formats/text.ts";
import { formatBytes } from "../format.ts";
import { isProgram } from "../program/program_choice.ts";
import { BUNDLED } from "./bundled.ts";
import { LARGEST_SIZE, type MachineChoice, SMALLEST_SIZE } from "./choice.ts";

/** Milliseconds that the slider rests before a machine of its size is built. */
const SLIDER_DELAY = 150;

/** Where the slider stands at first: 4 GiB. */
const FIRST_SIZE = 32;

/** Bytes of the longest file that is read. */
const LONGEST_FILE = 32 * 1024 * 1024;

/** Characters of the longest text that the box shows. */
const LONGEST_SHOWN = 400_000;

function shownText(text: string): string {
  return text.length > LONGEST_SHOWN ? "" : text;
}

/** What is to be said about a text that was brought. */
function remarkOn(text: string, wholeBytes: number): string {
  if (wholeBytes > LONGEST_FILE) {
    return `Only the first ${formatBytes(LONGEST_FILE)} of ${formatBytes(wholeBytes)} were read.`;
  }
  if (text.length <= LONGEST_SHOWN) return "";
  return `The text is too long to be shown here: ${formatBytes(text.length)}.`;
}

/** Takes files and texts that are dropped anywhere on the page; true while something hovers over it. */
function useDrop(onFile: (file: File) => void, onText: (text: string) => void): boolean {
  const [dropping, setDropping] = useState(false);
  useEffect(() => {
    /** Text that is dropped into a field belongs there. */
    const isField = ({ target, dataTransfer }: DragEvent) =>
      target instanceof Element &&
      target.closest("input, textarea") !== null &&
      dataTransfer?.types.includes("Files") !== true;
    const over = (event: DragEvent) => {
      if (isField(event)) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) setDropping(false);
    };
    const drop = (event: DragEvent) => {
      setDropping(false);
      if (isField(event)) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      const text = event.dataTransfer?.getData("text") ?? "";
      if (file) onFile(file);
      else if (text) onText(text);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, [onFile, onText]);
  return dropping;
}

export interface MachinePickerProps {
  readonly choice: MachineChoice;
  readonly loading: boolean;
  /** The machine in view; null before the first. */
  readonly opened: MachineChoice | null;
  readonly onChoose: (choice: MachineChoice) => void;
  /** A program was dropped, not a map. */
  readonly onProgram: (file: File) => void;
}

export function MachinePicker(props: MachinePickerProps) {
  const { choice, loading, opened, onChoose, onProgram } = props;
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState(choice.kind === "text" ? shownText(choice.text) : "");
  const [remark, setRemark] = useState("");
  // A machine that is open puts the text away; it is still there when the button is pressed.
  useLayoutEffect(() => setPasting(false), [opened]);
  const bring = useCallback(
    (log: string, wholeBytes = 0) => {
      setText(shownText(log));
      setRemark(remarkOn(log, wholeBytes));
      onChoose({ kind: "text", text: log });
    },
    [onChoose],
  );
  const read = useCallback(
    (file: File | undefined) => {
      if (file)
        void file
          .slice(0, LONGEST_FILE)
          .arrayBuffer()
          .then((buffer) => bring(decodeText(new Uint8Array(buffer)), file.size));
    },
    [bring],
  );
  const choose = (other: MachineChoice) => {
    setRemark("");
    onChoose(other);
  };
  const take = useCallback(
    (file: File) => void isProgram(file).then((yes) => (yes ? onProgram(file) : read(file))),
    [onProgram, read],
  );
  const dropping = useDrop(take, bring);
  return (
    <section
      class={dropping ? "picker dropping" : "picker"}
      aria-label="Machine"
      aria-busy={loading}
    >
      <label class="picker-machine">
        <span>A real machine</span>
        <select
          value={choice.kind === "bundled" ? choice.name : ""}
          onChange={(event) => {
            const name = event.currentTarget.value;
            if (name) choose({ kind: "bundled", name });
          }}
          data-testid="machine"
        >
          {choice.kind !== "bundled" && <option value="">choose …</option>}
          {BUNDLED.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <SizeSlider choice={choice} onChoose={choose} />
      <div class="picker-paste">
        <span>Or yours</span>
        <button
          type="button"
          aria-expanded={pasting}
          aria-controls="paste-area"
          onClick={() => setPasting(!pasting)}
        >
          Paste or drop a boot log
        </button>
      </div>
      {(remark || loading) && (
        <p class="picker-remark hint" role="status">
          {loading ? "Reading the map and booting the kernel on it … " : ""}
          {remark}
        </p>
      )}
      {pasting && (
        <form
          id="paste-area"
          class="paste-area"
          onSubmit={(event) => {
            event.preventDefault();
            bring(text);
          }}
        >
          <label>
            Output of <code>dmesg</code> or <code>/proc/iomem</code> (as root), of Xen, FreeBSD, the
            UEFI shell&apos;s <code>memmap</code> or GRUB&apos;s <code>lsmmap</code>, a log of
            firmware, a map that a kernel printed, a SlopOS log, or a map in JSON
            <textarea
              rows={8}
              spellcheck={false}
              value={text}
              placeholder={
                "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n" +
                "BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable"
              }
              onInput={(event) => setText(event.currentTarget.value)}
              onPaste={(event) => {
                const pasted = event.clipboardData?.getData("text") ?? "";
                if (pasted.length <= LONGEST_SHOWN) return;
                // A browser needs seconds to lay out so much text, and nobody reads it there.
                event.preventDefault();
                bring(pasted);
              }}
            />
          </label>
          <div class="tools">
            <button type="submit" class="primary">
              Boot on this map
            </button>
            <label class="file-button">
              Open a file
              <input
                type="file"
                class="visually-hidden"
                onChange={(event) => read(event.currentTarget.files?.[0])}
              />
            </label>
          </div>
        </form>
      )}
    </section>
  );
}

/** A synthetic machine with a power of two of memory. */
function SizeSlider({ choice, onChoose }: Pick<MachinePickerProps, "choice" | "onChoose">) {
  const chosen = choice.kind === "size" ? Math.round(Math.log2(choice.bytes)) : FIRST_SIZE;
  const [size, setSize] = useState(chosen);
  const moved = choice.kind === "size" || size !== chosen;
  const timer = useRef(0);
  useEffect(() => setSize(chosen), [chosen]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="picker-size">
      <span>
        Or any size: <strong>{moved ? formatBytes(2 ** size) : "16 MiB to 16 TiB"}</strong>
      </span>
      <input
        type="range"
        min={SMALLEST_SIZE}
        max={LARGEST_SIZE}
        step="1"
        value={size}
        aria-valuetext={formatBytes(2 ** size)}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          setSize(next);
          clearTimeout(timer.current);
          timer.current = window.setTimeout(
            () => onChoose({ kind: "size", bytes: 2 ** next }),
            SLIDER_DELAY,
          );
        }}
        data-testid="size"
      />
    </label>
  );
}
