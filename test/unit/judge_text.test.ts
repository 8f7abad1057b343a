/** What `slopos judge` says of a fault. */

import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { judgementText } from "../../tools/cli/judge_text.ts";
import { type FoundFault } from "../../tools/judge/examination.ts";
import { parseScript } from "../../tools/judge/script.ts";

const FAULT: FoundFault = {
  kind: "trap",
  message: "it trapped",
  part: "random",
  steps: parseScript("frames 2\nalloc a\n"),
  isShortest: true,
  repeats: true,
};

/** The text of a judgement with `faults`, each run of white space as one space. */
function textOf(...faults: FoundFault[]): string {
  const examination = { optional: [], parts: [], faults, wrongFrees: [], isComplete: true };
  const text = judgementText(
    { file: "mine.c", verdict: "wrong", reason: null, examination, measurements: null },
    createColors(false),
  );
  return text.replaceAll(/\s+/g, " ");
}

const ADVICE = "To see it again, write the lines to a file: slopos judge mine.c --ops THAT_FILE";

describe("the text of a fault", () => {
  it("has the requests, and how to repeat them", () => {
    const text = textOf(FAULT);
    expect(text).toContain("The shortest requests that show it: frames 2 alloc a " + ADVICE);
    expect(text).not.toContain("--json");
  });

  it("does not call them the shortest where the tries ran out", () => {
    const text = textOf({ ...FAULT, isShortest: false });
    expect(text).toContain("Requests that show it, the shortest that were found: frames 2 alloc a");
    expect(text).toContain(ADVICE);
  });

  it("says how to get all of them where they are cut", () => {
    const line = (count: number) => parseScript(`frames 64\n${"alloc a\n".repeat(count - 1)}`);
    expect(textOf({ ...FAULT, steps: line(40) })).not.toContain("--json");
    const text = textOf({ ...FAULT, steps: line(47) });
    expect(text).toContain("... and 7 more lines; --json prints all of them");
  });

  it("names a cause where it did not repeat, and does not advise to repeat it", () => {
    const once = { ...FAULT, isShortest: false, repeats: false };
    expect(textOf(once)).toContain("allocator_init may leave something of earlier requests behind");
    expect(textOf(once)).not.toContain("--ops");
    expect(textOf(FAULT, once)).toContain(ADVICE);
  });
});
