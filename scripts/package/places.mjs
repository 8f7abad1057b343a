/**
 * Where the package's files lie, as seen from its folder dist/: put in the place of the modules that
 * say it of a checkout. Every constant of those must be here.
 */

const PLACES = {
  "library/kernel_place.ts": { KERNEL_PLACE: "./kernel.wasm" },
  "tools/judge/places.ts": {
    CONTRACT_PLACE: "./judge/contract/",
    TEMPLATES_PLACE: "./judge/templates/",
    MODULES_PLACE: "./judge/modules/",
    SOURCES_PLACE: "./judge/no-sources/",
    MAPS_PLACE: "./memmaps/",
    WORKER_PLACE: "./worker.js",
  },
  "tools/cli/places.ts": {
    MACHINES_PLACE: "./memmaps/",
    EXPLORER_PLACE: "./explorer/",
    JUDGE_PAGE_PLACE: "./docs/judge.md",
  },
};

/** A plugin for the bundler that does so. */
export function placesOfPackage() {
  return {
    name: "places-of-package",
    load(id) {
      const path = id.replaceAll("\\", "/");
      const [, places] = Object.entries(PLACES).find(([name]) => path.endsWith(`/${name}`)) ?? [];
      return places
        ? Object.entries(places)
            .map(([name, url]) => `export const ${name} = new URL("${url}", import.meta.url);\n`)
            .join("")
        : null;
    },
  };
}
