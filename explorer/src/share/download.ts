/**
 * Saving what the page made as a file.
 */

/** Offers `blob` for saving as `name`. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the address by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/** Characters of the longest file name. */
const LONGEST_NAME = 60;

/** `name` as part of a file's name. */
export function fileName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .slice(0, LONGEST_NAME)
      .replaceAll(/^-|-$/g, "") || "machine"
  );
}
