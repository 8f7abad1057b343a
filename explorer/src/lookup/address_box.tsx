/**
 * One box for any address. What is known of it depends on what the map shows: the machine in view
 * (machine_facts.tsx), or a moment of a program's run.
 */

import { type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ADDRESS_FORMS } from "../address_text.ts";
import { soughtAddress } from "./sought_address.ts";

export interface AddressBoxProps {
  /** Changes with the machine that is asked: another one has other answers. */
  readonly machine: unknown;
  /** Where a virtual address leads; an error, for a person, if that is nowhere. */
  readonly follow: (virtual: bigint) => Promise<number>;
  /** What is known of a physical address. */
  readonly facts: (address: number) => ComponentChildren;
  /** Chooses the piece of the map that holds a physical address. */
  readonly onFound: (address: number) => void;
}

export function AddressBox({ machine, follow, facts, onFound }: AddressBoxProps) {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  const [found, setFound] = useState<number | null>(null);
  useEffect(() => {
    setError("");
    setFound(null);
  }, [machine]);
  const show = (address: number) => {
    setFound(address);
    onFound(address);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setError("");
    setFound(null);
    const sought = soughtAddress(text);
    if (!sought) {
      setError(`${ADDRESS_FORMS} Or a frame: frame 512.`);
    } else if (sought.kind === "physical") {
      show(sought.address);
    } else {
      follow(sought.address).then(show, (reason: Error) => setError(reason.message));
    }
  };
  return (
    <div class="lookup">
      <form class="tools" onSubmit={submit}>
        <label class="grow">
          Look up an address: physical, virtual, or a frame’s number
          <input
            type="text"
            spellcheck={false}
            placeholder="0x100000, 3 GiB, frame 512, 0xffff_8000_0010_0000"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            data-testid="lookup"
          />
        </label>
        <button type="submit">Look up</button>
      </form>
      {error && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      {found !== null && facts(found)}
    </div>
  );
}
