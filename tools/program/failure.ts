/** A program, or something that it needs, cannot be had; the message is for the user. */
export class ProgramError extends Error {
  override name = "ProgramError";
}

/** A module that is no program, or that the machine cannot run. */
export class RefusedProgram extends ProgramError {}
