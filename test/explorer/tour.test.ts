/**
 * The tour as a page: all of its words are there, none of its markup, and every step that is linked to.
 */

import { describe, expect, test } from "vitest";
import { STEPS } from "../../explorer/src/bring_up/steps.ts";
import { TASKS } from "../../explorer/src/tasks/tasks.ts";
import { TOUR_STEPS } from "../../explorer/src/tasks/tour_link.tsx";
import { tourPage } from "../../explorer/tour_page.ts";
import { page } from "../support/markdown.ts";

const markdown = page("docs/tour.md");
const html = tourPage(markdown);

/** What a reader sees of the page's body, without white space. */
const shown = html
  .slice(html.indexOf("<main>"))
  .replaceAll(/<[^>]*>/g, "")
  .replaceAll("&lt;", "<")
  .replaceAll("&gt;", ">")
  .replaceAll("&amp;", "&")
  .replaceAll(/\s/g, "");

describe("the tour", () => {
  test("has every word, in order", () => {
    const written = markdown
      .replaceAll(/^```.*$/gm, "")
      .replaceAll(/^#+ /gm, "")
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll("`", "")
      .replaceAll(/(?<!\w)_(\w[^_]*)_(?!\w)/g, "$1")
      .replaceAll(/^\d\. (?=\w+ \w+ took|The tables|Why may)/gm, "")
      .replaceAll(/\s/g, "");
    expect(shown).toBe(written);
  });

  test("marks code, blocks, lists and emphasis", () => {
    const text =
      "# A _b_\n\nSay `a_b_c <d>` and [`e`](../e.ts).\n\n    x_y_z\n\n1. one\n   `two`\n2. _three_\n\n```text\n# no heading\n\n_f_\n```\n";
    const body = tourPage(text);
    for (const wanted of [
      "<h1>A <em>b</em></h1>",
      "<p>Say <code>a_b_c &lt;d&gt;</code> and <code>e</code>.</p>",
      '<pre tabindex="0">x_y_z</pre>',
      "<ol><li>one\n   <code>two</code></li><li><em>three</em></li></ol>",
      '<pre tabindex="0"># no heading\n\n_f_</pre>',
    ]) {
      expect(body).toContain(wanted);
    }
  });

  test("has the steps that the page links to", () => {
    const steps = [...html.matchAll(/<h2 id="step-(\d+)">/g)].map(([, step]) => Number(step));
    expect(steps).toEqual(Array.from({ length: TOUR_STEPS }, (_, index) => index + 1));
    for (const { tour } of [...STEPS, ...TASKS]) expect(steps).toContain(tour);
  });
});
