/**
 * Which program runs, what it is told, and the button that starts or stops it.
 */

import { FileButton } from "../app/file_button.tsx";
import { BUNDLED_PROGRAMS } from "./bundled_programs.ts";
import { broughtChoice, choiceOf, type ProgramChoice } from "./program_choice.ts";

export interface ProgramFormProps {
  readonly choice: ProgramChoice;
  readonly onChoice: (choice: ProgramChoice) => void;
  readonly isRunning: boolean;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

export function ProgramForm(props: ProgramFormProps) {
  const { choice, onChoice, isRunning, onStart, onStop } = props;
  const { bundled, brought } = choice;
  const change = (part: Partial<ProgramChoice>) => onChoice({ ...choice, ...part });
  return (
    <form
      class="program-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isRunning) onStart();
      }}
    >
      <div class="program-row">
        <label class="program-which">
          Program
          <select
            value={bundled}
            onChange={(event) => {
              const name = event.currentTarget.value;
              onChoice(name || !brought ? choiceOf(name, brought) : broughtChoice(brought));
            }}
          >
            {brought && <option value="">{brought.name}</option>}
            {BUNDLED_PROGRAMS.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <FileButton
          label="Your own .wasm"
          accept=".wasm,application/wasm"
          onFile={(file) => onChoice(broughtChoice(file))}
        />
        <Field
          name="Arguments"
          value={choice.arguments}
          hint="one two"
          onValue={(words) => change({ arguments: words })}
        />
        {/* Two elements: the click that stops must not find a button that submits in its place. */}
        {isRunning ? (
          <button key="stop" type="button" class="primary" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button key="run" type="submit" class="primary">
            Run
          </button>
        )}
      </div>
      <details>
        <summary>Environment and standard input</summary>
        <div class="program-row">
          <Field
            name="Environment"
            value={choice.environment}
            hint='NAME=value OTHER="two words"'
            onValue={(environment) => change({ environment })}
          />
          <label class="program-input">
            Standard input
            <textarea
              rows={2}
              spellcheck={false}
              value={choice.input}
              onInput={(event) => change({ input: event.currentTarget.value })}
            />
          </label>
        </div>
      </details>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: string;
  /** An example of what can stand there. */
  readonly hint: string;
  readonly onValue: (value: string) => void;
}

function Field({ name, value, hint, onValue }: FieldProps) {
  return (
    <label class="program-field">
      {name}
      <input
        type="text"
        spellcheck={false}
        value={value}
        placeholder={hint}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
