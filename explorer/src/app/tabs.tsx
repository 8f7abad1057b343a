/**
 * Tabs, by the pattern of the ARIA Authoring Practices Guide: arrows move between them.
 */

import { type ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Tab } from "./page_state.ts";

export interface TabBarProps {
  readonly tabs: readonly { readonly id: Tab; readonly label: string }[];
  readonly chosen: Tab;
  readonly onChoose: (id: Tab) => void;
}

export function TabBar({ tabs, chosen, onChoose }: TabBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = tabs.findIndex(({ id }) => id === chosen) + step + tabs.length;
    const next = tabs[place % tabs.length]!;
    onChoose(next.id);
    bar.current!.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
    event.preventDefault();
  };
  return (
    <div class="tab-bar" role="tablist" aria-label="Views" ref={bar} onKeyDown={press}>
      {tabs.map(({ id, label }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === chosen}
          aria-controls={`panel-${id}`}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

export interface TabPanelProps {
  readonly id: Tab;
  readonly chosen: Tab;
  readonly children: ComponentChildren;
}

/** A tab's contents: made when it is chosen first, and kept after that with all that they hold. */
export function TabPanel({ id, chosen, children }: TabPanelProps) {
  const wasChosen = useRef(false);
  wasChosen.current ||= id === chosen;
  return (
    <div
      id={`panel-${id}`}
      class="tab-panel"
      role="tabpanel"
      aria-labelledby={`tab-${id}`}
      hidden={id !== chosen}
    >
      {wasChosen.current && children}
    </div>
  );
}
