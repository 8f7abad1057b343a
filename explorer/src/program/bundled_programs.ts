/**
 * The programs that come with the page: the project's own in TypeScript, compiled when the page is built.
 */

export interface BundledProgram {
  /** Its source is `programs/NAME.ts`; beside the page it is `programs/NAME.wasm`. */
  readonly name: string;
  /** For a person. */
  readonly label: string;
  /** What it is told at first. */
  readonly arguments: string;
  readonly environment: string;
}

export const BUNDLED_PROGRAMS: readonly BundledProgram[] = [
  {
    name: "tide",
    label: "Tide: memory and files come and go",
    arguments: "",
    environment: "",
  },
  {
    name: "memory",
    label: "Memory: takes all there is",
    arguments: "",
    environment: "",
  },
  {
    name: "hello",
    label: "Hello: arguments, environment, time",
    arguments: 'one "and two"',
    environment: "LANG=C",
  },
  {
    name: "picture",
    label: "Picture: draws in 256 colours",
    arguments: "",
    environment: "",
  },
];

/** Where the program lies, from the page. */
export function fileOf(name: string): string {
  return `programs/${name}.wasm`;
}
