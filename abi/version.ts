/**
 * The version of the contract between the kernel and the machine that runs it.
 *
 * What else the contract fixes by number stands in the other files of this folder, each number
 * once. The kernel, the simulated machine, the tools, the explorer and the benchmarks import them;
 * a test compares the shim's headers with them. So a file here is valid as AssemblyScript and as
 * TypeScript, and imports nothing. Enumerations are plain ones: AssemblyScript puts the number in
 * place of the name, and whatever compiles file by file makes an object of them.
 */

/** `abi_version` exports it; the shim and the simulated machine refuse any other. */
export const ABI_VERSION = 2;
