/**
 * Stops `npm pack` and `npm publish` in a checkout, as package.json's `prepack`. npm packs a folder as
 * it lies, always with that folder's own package.json and README.md: in a checkout those are about the
 * checkout. The package has its own, and is a folder that scripts/make_package.mjs puts together.
 */

import process from "node:process";

// `npm run pack` runs `prepack` as well.
if (["pack", "publish"].includes(process.env.npm_command)) {
  console.error(
    "slopos: npm would pack this checkout, not the package; make the package with: npm run pack",
  );
  process.exit(1);
}
