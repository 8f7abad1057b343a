export function joinDataSegments(module: Uint8Array): Uint8Array<ArrayBuffer>;
