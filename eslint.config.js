import { defineConfig } from "eslint/config";
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** AssemblyScript: the kernel, programs, and the entries through which tests reach its parts. */
const ASSEMBLYSCRIPT = [
  "src/**/*.ts",
  "programs/*.ts",
  "test/**/*_entry.ts",
  "bench/**/*_entry.ts",
  "tools/**/*_entry.ts",
  "tools/judge/loops/*.ts",
];

export default defineConfig(
  // mine.ts is what the README's first lines write.
  { ignores: ["builddir*/", "dist/", "node_modules/", "mine.ts"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.{js,mjs,ts,tsx}"],
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      "prefer-const": "error",
      "no-var": "error",
      "no-warning-comments": [
        "error",
        { terms: ["todo", "fixme", "hack", "xxx"], location: "anywhere" },
      ],
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
  },
  {
    files: ["**/*.{ts,tsx}"],
    ignores: ASSEMBLYSCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      // What comes from the kernel or from a loader is a number, and may be none that has a name.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ASSEMBLYSCRIPT,
    extends: [tseslint.configs.recommended],
    // Function decorators such as @inline make a tree that is invalid in TypeScript.
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    rules: {
      // `==` and `===` are the same operation on integers.
      eqeqeq: "off",
      // Integers here have 64 bits.
      "no-loss-of-precision": "off",
      // An export keeps the parameters that the ABI gives it, whether it needs them or not.
      "@typescript-eslint/no-unused-vars": ["error", { args: "none" }],
    },
  },
);
