/**
 * Allocating and freeing by hand. Whatever a person asks goes to the kernel, wrong orders and double
 * frees included; what it refuses, it names.
 */

import { useState } from "preact/hooks";
import { FrameFlag } from "../../../abi/frame.ts";
import { ADDRESS_FORMS, parseAddress } from "../address_text.ts";
import { formatAddress, formatOrder } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type OperationResult } from "../machine/protocol.ts";

const FLAGS = [
  { flag: FrameFlag.ZERO, label: "zeroed" },
  { flag: FrameFlag.BELOW_16M, label: "below 16 MiB" },
  { flag: FrameFlag.BELOW_4G, label: "below 4 GiB" },
] as const;

/** First address that no x86-64 machine has. */
const PHYSICAL_LIMIT = 1n << 52n;

export interface BlockFormProps {
  readonly client: MachineClient;
  readonly flags: number;
  readonly onFlags: (flags: number) => void;
  /** The largest order there is. */
  readonly maxOrder: number;
}

export function BlockForm({ client, flags, onFlags, maxOrder }: BlockFormProps) {
  const [order, setOrder] = useState(0);
  const [address, setAddress] = useState("");
  const [message, setMessage] = useState("");

  const tell = (done: string, ask: Promise<OperationResult>) =>
    ask.then(
      (result) =>
        setMessage(
          result.code
            ? `Not ${done}: the kernel refused, ${result.error} (code ${result.code}).`
            : `Block ${done}: ${formatAddress(result.address)}, ${formatOrder(order)}.`,
        ),
      (error: Error) => setMessage(`Not ${done}: ${error.message}`),
    );
  const allocate = () =>
    void tell(
      "allocated",
      client.ask("allocate", { order, flags }).then((result) => {
        if (result.address) setAddress(formatAddress(result.address));
        return result;
      }),
    );
  const free = () => {
    const parsed = parseAddress(address);
    if (parsed === null) setMessage(ADDRESS_FORMS);
    else if (parsed >= PHYSICAL_LIMIT)
      setMessage("No memory lies there: physical addresses have 52 bits.");
    else void tell("freed", client.ask("free", { address: Number(parsed), order }));
  };
  return (
    <fieldset class="block-form">
      <legend>One block</legend>
      <label>
        Order
        <select
          value={order}
          onChange={(event) => setOrder(Number(event.currentTarget.value))}
          data-testid="order"
        >
          {Array.from({ length: maxOrder + 1 }, (_, one) => (
            <option key={one} value={one}>
              {one} · {formatOrder(one)}
            </option>
          ))}
        </select>
      </label>
      <div class="checks" role="group" aria-label="Flags">
        {FLAGS.map(({ flag, label }) => (
          <label key={flag} class="check">
            <input
              type="checkbox"
              checked={(flags & flag) !== 0}
              onChange={() => onFlags(flags ^ flag)}
            />
            {label}
          </label>
        ))}
      </div>
      <div class="tools">
        <button type="button" class="primary" onClick={allocate}>
          Allocate
        </button>
        <label class="grow">
          <span class="visually-hidden">Address to free</span>
          <input
            type="text"
            spellcheck={false}
            placeholder="address to free"
            value={address}
            onInput={(event) => setAddress(event.currentTarget.value)}
          />
        </label>
        <button type="button" onClick={free}>
          Free
        </button>
      </div>
      <p class="answer" role="status">
        {message}
      </p>
    </fieldset>
  );
}
