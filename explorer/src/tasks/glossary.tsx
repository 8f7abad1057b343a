/** The words that the page uses, for those who meet them for the first time. */

const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ["Frame", "4 KiB of physical memory, aligned: the unit in which memory is counted and owned."],
  ["Page", "4 KiB, 2 MiB or 1 GiB of virtual addresses, mapped to as much physical memory."],
  ["Order", "The size of a block: order n is 2ⁿ frames. Order 0 is 4 KiB, order 9 2 MiB."],
  ["Block", "Frames that are allocated and freed together, aligned to their own size."],
  ["Buddy", "The neighbour that a free block is merged with: its address differs in one bit."],
  ["Run", "Frames one after the other."],
  ["Memory map", "What the firmware says: ranges of memory and who keeps them."],
  ["Sanitise", "To sort the map, cut it to whole frames and settle where entries disagree."],
  ["Carve", "To take frames for the memory manager’s own tables before there is an allocator."],
  ["Hand off", "The moment from which the runtime allocator owns every usable frame."],
  ["Reclaim", "To manage what the boot loader has kept until now."],
  ["Page table", "512 entries of 8 bytes that tell the processor what an address leads to."],
  ["Identity mapping", "Virtual address and physical address are the same number."],
  [
    "Direct map",
    "All of memory at one fixed distance: 0xffff_8000_0000_0000 and the physical address.",
  ],
  ["Window", "Where the kernel’s own linear memory lies, on frames that it chose."],
  ["Fragmentation", "Free memory lies in pieces too small for what is asked."],
];

export function Glossary() {
  return (
    <details class="panel glossary">
      <summary>Words</summary>
      <p>
        <a class="tour-link" href="tour.html" target="_blank" rel="noopener">
          The tour
        </a>{" "}
        shows them at work: one frame, from the firmware’s list to the root of the page tables.
      </p>
      <dl>
        {WORDS.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
