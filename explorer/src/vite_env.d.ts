/**
 * What Vite adds to TypeScript: imports of style sheets and `import.meta.glob`.
 */

/// <reference types="vite/client" />
