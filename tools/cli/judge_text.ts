/**
 * A judgement for a person to read.
 */

import { NO_FRAME } from "../judge/contract.ts";
import { type Examination, type FoundFault, type WrongVerdict } from "../judge/examination.ts";
import { type Judgement } from "../judge/judgement.ts";
import { JUDGED } from "../judge/performance.ts";
import { formatScript } from "../judge/script.ts";
import { type Step } from "../judge/steps.ts";
import { type Ended } from "../judge/trial.ts";
import { measurementsText } from "./measurements_text.ts";
import { heading } from "./parts_text.ts";
import { type Colours } from "./terminal.ts";
import { fit, grouped, paragraph, table } from "./text.ts";

/** Lines of a script that are printed; `--json` prints all of them. */
const MOST_LINES = 40;

const WRONG_TEXTS: Readonly<Record<WrongVerdict, string>> = {
  refused: "refused",
  accepted: "not noticed",
  "sometimes refused": "not always noticed",
  stopped: "stops it with a trap",
  endless: "does not come back",
};

/** What is said of the requests of `fault`, before them. */
function aboutRequests({ repeats, isShortest }: FoundFault): string {
  if (!repeats) {
    return (
      "It happened once and did not repeat by itself: allocator_init may leave something of earlier " +
      "requests behind. The requests since it was called last:"
    );
  }
  return isShortest
    ? "The shortest requests that show it:"
    : "Requests that show it, the shortest that were found:";
}

function faultText(fault: FoundFault, number: number, colours: Colours): string {
  const lines = formatScript(fault.steps).split("\n").slice(0, -1);
  const shown = lines.slice(0, MOST_LINES);
  const rest = lines.length - shown.length;
  return [
    heading(colours.red(`Fault ${number}`), colours),
    paragraph(`  ${fault.message}`),
    paragraph(`  ${aboutRequests(fault)}`),
    "\n",
    ...shown.map((line) => `${fit(`    ${line}`)}\n`),
    rest ? paragraph(`    ... and ${grouped(rest)} more lines; --json prints all of them`) : "",
  ].join("");
}

function examinationText(
  { optional, parts, faults, wrongFrees, isComplete }: Examination,
  file: string,
  colours: Colours,
): string {
  const tried = parts.map(({ title, sequences }) => [title, grouped(sequences), "sequences"]);
  const wrong = wrongFrees.map(({ title, verdict }) => [title, WRONG_TEXTS[verdict]]);
  const queries = optional.length ? optional.join(", ") : "none";
  return [
    ...faults.map((fault, index) => faultText(fault, index + 1, colours)),
    faults.some(({ repeats }) => repeats)
      ? `\n${paragraph(`To see it again, write the lines to a file: slopos judge ${file} --ops THAT_FILE`)}`
      : "",
    isComplete ? "" : `\n${paragraph("The rest was not tried, since it does not come back.")}`,
    tried.length ? heading("Without a fault", colours) : "",
    table(tried, ["left", "right", "left"]),
    wrong.length ? heading("A wrong free of", colours) : "",
    table(wrong, ["left", "left"]),
    heading("Optional functions", colours),
    paragraph(`  ${queries}`),
  ].join("");
}

/** The verdict in a few words. */
function verdictText({ file, verdict, examination }: Judgement, colours: Colours): string {
  const count = examination?.faults.length ?? 0;
  switch (verdict) {
    case "right":
      return colours.green(paragraph(`${file}: right`));
    case "wrong":
      return colours.red(
        paragraph(
          count === 0
            ? `${file}: wrong: it does not notice every wrong free`
            : `${file}: wrong: ${count === 1 ? "a fault" : `${count} kinds of fault`}`,
        ),
      );
    case "no allocator":
      return colours.red(paragraph(`${file}: not an allocator`));
  }
}

/** `judgement` in words. */
export function judgementText(judgement: Judgement, colours: Colours): string {
  const { examination, measurements, reason, file } = judgement;
  const because = (reason ?? "").split("\n").map((line) => paragraph(`  ${line}`));
  return [
    verdictText(judgement, colours),
    reason === null ? "" : because.join(""),
    examination ? examinationText(examination, file, colours) : "",
    measurements ? measurementsText(measurements, colours) : "",
  ].join("");
}

/** What is shown of each of several files: a workload, the load drop, the tables. */
const SUMMARY_MEASURE = "kernel mix";
const SUMMARY_MIX = "geometric";

/** `judgements` in a table, a line each. */
export function summaryText(judgements: readonly Judgement[], colours: Colours): string {
  const rows = judgements.map(({ file, verdict, examination, measurements }) => {
    const own = <T extends { readonly competitor: string }>(all: readonly T[] | undefined) =>
      all?.filter(({ competitor }) => competitor === JUDGED) ?? [];
    const speed = own(measurements?.speed).find(({ measure }) => measure === SUMMARY_MEASURE);
    const packing = own(measurements?.packing).find(({ mix }) => mix === SUMMARY_MIX);
    const share = packing?.points.at(-1)?.share;
    const cost = own(measurements?.cost)[0];
    return [
      file.split(/[\\/]/).at(-1)!,
      verdict === "wrong" && !examination?.faults.length ? "wrong (frees)" : verdict,
      String(examination?.faults.length ?? "-"),
      speed ? speed.time.median.toPrecision(3) : "-",
      share === undefined ? "-" : (share * 100).toFixed(1),
      cost ? (cost.tableBytes / cost.frames).toPrecision(3) : "-",
    ];
  });
  const head = ["file", "verdict", "faults", "ns/operation", "% of 2 MiB", "bytes/frame"];
  return (
    heading("All of them", colours) +
    table([head, ...rows], ["left", "left", "right", "right", "right", "right"])
  );
}

function answerText(step: Step, answer: number | null): string {
  if (answer === null) return "";
  if (step.kind === "alloc") return answer === NO_FRAME ? "refused" : `frame ${answer}`;
  return answer ? "freed" : "refused";
}

const WRONG_ENDS = {
  accepted: "That free was wrong, and was not noticed: what comes after it means nothing.",
  stopped: "That free was wrong, and stopped the module with a trap.",
  refused: "",
};

/** What came of each of `steps`, which ended as `ended` says. */
export function replayText(steps: readonly Step[], ended: Ended, colours: Colours): string {
  const rows = ended.answers.map((answer, index) => [
    formatScript([steps[index]!]).trimEnd(),
    answerText(steps[index]!, answer),
  ]);
  const { fault, wrong } = ended;
  const end = fault
    ? colours.red(paragraph(fault.message))
    : paragraph(wrong ? WRONG_ENDS[wrong] : "Nothing is wrong.");
  return `${table(rows, ["left", "left"])}\n${end}`;
}
