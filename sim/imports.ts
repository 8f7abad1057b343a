/**
 * The imports of ABI 2 as the kernel sees them, and a way to get in between.
 *
 * u64 parameters arrive as signed `bigint`, u32 parameters as signed numbers.
 */

export interface MachineImports {
  console_write(text: number, bytes: number): void;
  memmap_entry(index: number, out: number): number;
  boot_region(kind: number, out: number): number;
  boot_options(out: number, capacity: number): number;
  phys_load(address: bigint): bigint;
  phys_store(address: bigint, value: bigint): void;
  phys_fill(address: bigint, bytes: bigint, value: number): void;
  page_root(): bigint;
  set_page_root(address: bigint): void;
  flush_page(virtual: bigint): void;
  commit_linear_memory(virtual: bigint, bytes: bigint): number;
  cpu_features(): number;
  clock(): bigint;
  exit(status: number): void;
  commit_program(range: number, virtual: bigint, bytes: bigint): number;
  program_load(from: number, to: number, bytes: number): number;
  program_store(to: number, from: number, bytes: number): number;
  phys_to_program(address: bigint, to: number, bytes: number): number;
  program_to_phys(from: number, address: bigint, bytes: number): number;
  program_write(stream: number, from: number, bytes: number): number;
  program_exit(status: number): void;
  boot_file(index: number, out: number): number;
  boot_file_cmdline(index: number, out: number, capacity: number): number;
  boot_file_to_program(index: number, offset: bigint, to: number, bytes: number): number;
  console_read(): number;
  real_time(): bigint;
  random(): bigint;
}

type Value = number | bigint;

/**
 * Sees each import call before the machine does. `undefined` lets the call through; any other
 * answer is returned to the kernel instead, and the machine does not hear of the call.
 */
export type ImportHook = (
  name: keyof MachineImports,
  ...parameters: readonly Value[]
) => Value | undefined;

/** `imports`, each call of which `hook` sees first. */
export function interceptable(imports: MachineImports, hook?: ImportHook): MachineImports {
  if (!hook) return imports;
  const hooked = Object.entries(imports).map(([name, value]) => {
    const serve = value as (...parameters: Value[]) => Value | undefined;
    const call = (...parameters: Value[]) =>
      hook(name as keyof MachineImports, ...parameters) ?? serve(...parameters);
    return [name, call] as const;
  });
  return Object.fromEntries(hooked) as unknown as MachineImports;
}
