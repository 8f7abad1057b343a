/**
 * The page's entry.
 */

import { render } from "preact";
import { App } from "./app/app.tsx";
import { fromFragment } from "./app/page_state.ts";
import "./styles/colours.css";
import "./styles/page.css";
import "./styles/map.css";
import "./styles/tabs.css";
import "./styles/bring_up.css";
import "./styles/allocators.css";
import "./styles/paging.css";
import "./styles/program.css";
import "./styles/lecture.css";
import "./styles/tasks.css";

const state = await fromFragment(location.hash.slice(1));
render(<App first={state} />, document.getElementById("app")!);
