/**
 * A button that opens a file of the visitor's. The same file can be opened again, as it is after it was
 * built anew.
 */

import { useState } from "preact/hooks";

export interface FileButtonProps {
  readonly label: string;
  /** Kinds of files that are offered first, as `accept` names them. */
  readonly accept: string;
  readonly onFile: (file: File) => void;
}

export function FileButton({ label, accept, onFile }: FileButtonProps) {
  /** A field that holds a file hears nothing of the same one: each file gets another field. */
  const [picks, setPicks] = useState(0);
  return (
    <label class="file-button">
      {label}
      <input
        key={picks}
        class="visually-hidden"
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (!file) return;
          onFile(file);
          setPicks(picks + 1);
        }}
      />
    </label>
  );
}
