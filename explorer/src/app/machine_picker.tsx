/**
 * Choosing a machine: from the list, by size, or by a boot log that is dropped, opened or pasted.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { decodeText } from "../../../tools/formats/text.ts";
import { formatBytes } from "../format.ts";
import { BUNDLED } from "./bundled.ts";
import { LARGEST_SIZE, type MachineChoice, SMALLEST_SIZE } from "./choice.ts";

/** Milliseconds that the slider rests before a machine of its size is built. */
const SLIDER_DELAY = 150;

/** Where the slider stands at first: 4 GiB. */
const FIRST_SIZE = 32;

/** Bytes of the longest file that is read. */
const LONGEST_FILE = 32 * 1024 * 1024;

export interface MachinePickerProps {
  readonly choice: MachineChoice;
  readonly loading: boolean;
  readonly onChoose: (choice: MachineChoice) => void;
}

export function MachinePicker({ choice, loading, onChoose }: MachinePickerProps) {
  const [pasting, setPasting] = useState(choice.kind === "text");
  const [text, setText] = useState(choice.kind === "text" ? choice.text : "");
  const [dropping, setDropping] = useState(false);
  // A machine of another kind puts the text away; it is still there when the button is pressed.
  useEffect(() => setPasting(choice.kind === "text"), [choice]);
  const bring = (log: string) => {
    setText(log);
    setPasting(true);
    onChoose({ kind: "text", text: log });
  };
  const read = (file: File | undefined) => {
    if (!file) return;
    const bytes = file.slice(0, LONGEST_FILE).arrayBuffer();
    void bytes.then((buffer) => bring(decodeText(new Uint8Array(buffer))));
  };
  return (
    <section
      class={dropping ? "picker dropping" : "picker"}
      aria-label="Machine"
      aria-busy={loading}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        const file = event.dataTransfer?.files[0];
        if (file) read(file);
        else bring(event.dataTransfer?.getData("text") ?? "");
      }}
    >
      <label class="picker-machine">
        <span>A real machine</span>
        <select
          value={choice.kind === "bundled" ? choice.name : ""}
          onChange={(event) => {
            const name = event.currentTarget.value;
            if (name) onChoose({ kind: "bundled", name });
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
      <SizeSlider choice={choice} onChoose={onChoose} />
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
