/**
 * Enumerates every mapping of a 4-level page table, straight from the processor manual: Intel SDM
 * vol. 3A, chapter 4 "Paging", 4.5 (4-level paging), 4.6 (access rights) and 4.9 (memory typing).
 * The oracle of all tests about paging; it shares nothing with the simulated machine or the kernel.
 */

/** Answers the 8 bytes at a physical address as a u64. */
export type ReadPhysical = (address: bigint) => bigint;

/** A run of virtual addresses mapped to a run of physical ones, everything else being equal. */
export interface Mapping {
  /** Canonical, as a u64. */
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly bytes: bigint;
  /** 4 KiB, 2 MiB or 1 GiB. */
  readonly pageSize: bigint;
  /** Supervisor code may write: R/W is set at every level, CR0.WP being set. */
  readonly writable: boolean;
  /** Instructions may be fetched: XD is clear at every level. */
  readonly executable: boolean;
  /** User code may access: U/S is set at every level. */
  readonly user: boolean;
  /** Index into the page attribute table: 4 PAT + 2 PCD + PWT. */
  readonly pat: number;
  readonly global: boolean;
}

export interface Walk {
  /** Sorted by virtual address (as a u64), maximal. */
  readonly mappings: readonly Mapping[];
  /** Physical addresses of all paging structures, the root first, each as often as it is used. */
  readonly tables: readonly bigint[];
}

export interface WalkOptions {
  /** MAXPHYADDR; 52 by default. */
  readonly physicalBits?: number;
  /** IA32_EFER.NXE; true by default. */
  readonly nx?: boolean;
  /** CPUID.80000001H:EDX.Page1GB; true by default. */
  readonly pages1G?: boolean;
}

const P = 1n << 0n;
const RW = 1n << 1n;
const US = 1n << 2n;
const PWT = 1n << 3n;
const PCD = 1n << 4n;
const PS = 1n << 7n;
const PAT_IN_PTE = 1n << 7n;
const G = 1n << 8n;
const PAT_IN_LARGE = 1n << 12n;
const XD = 1n << 63n;

/** The four kinds of structures, by the shift of the address bits that index them (figure 4-8). */
const LEVELS = [
  { name: "PML4", shift: 39n, leaf: "never" },
  { name: "PDPT", shift: 30n, leaf: "PS" },
  { name: "PD", shift: 21n, leaf: "PS" },
  { name: "PT", shift: 12n, leaf: "always" },
] as const;

/** Rights that add up on the way down. */
interface Rights {
  readonly writable: boolean;
  readonly executable: boolean;
  readonly user: boolean;
}

/** Walks everything below `root`; a reserved bit that is set anywhere is an error. */
export function walkPageTables(
  read: ReadPhysical,
  root: bigint,
  { physicalBits = 52, nx = true, pages1G = true }: WalkOptions = {},
): Walk {
  const mappings: Mapping[] = [];
  const tables: bigint[] = [];
  const addressMask = (1n << BigInt(physicalBits)) - (1n << 12n);
  const aboveAddress = (1n << 52n) - (1n << BigInt(physicalBits));

  const checkReserved = (entry: bigint, level: number, isLeaf: boolean, where: string) => {
    let reserved = aboveAddress;
    if (!nx) reserved |= XD;
    if (level === 0 || (level === 1 && !pages1G)) reserved |= PS;
    // Tables 4-16 and 4-18: in a large page, bits between PAT (bit 12) and the address are 0.
    if (isLeaf && level < 3) reserved |= (1n << LEVELS[level]!.shift) - (1n << 13n);
    if (entry & reserved) {
      throw new Error(`${where}: reserved bits 0x${(entry & reserved).toString(16)} are set`);
    }
  };

  const visit = (table: bigint, level: number, virtual: bigint, above: Rights) => {
    tables.push(table);
    const { name, shift, leaf } = LEVELS[level]!;
    for (let index = 0n; index < 512n; ++index) {
      const entry = read(table + index * 8n);
      if (!(entry & P)) continue;
      const isLeaf = leaf === "always" || (leaf === "PS" && (entry & PS) !== 0n);
      checkReserved(entry, level, isLeaf, `${name}E ${index} in 0x${table.toString(16)}`);
      const start = virtual + (index << shift);
      const rights: Rights = {
        writable: above.writable && (entry & RW) !== 0n,
        executable: above.executable && (entry & XD) === 0n,
        user: above.user && (entry & US) !== 0n,
      };
      if (!isLeaf) {
        visit(entry & addressMask, level + 1, start, rights);
        continue;
      }
      const pageSize = 1n << shift;
      const patBit = entry & (level === 3 ? PAT_IN_PTE : PAT_IN_LARGE);
      add({
        virtual: canonical(start),
        physical: entry & addressMask & ~(pageSize - 1n),
        bytes: pageSize,
        pageSize,
        ...rights,
        pat: (patBit ? 4 : 0) + (entry & PCD ? 2 : 0) + (entry & PWT ? 1 : 0),
        global: (entry & G) !== 0n,
      });
    }
  };

  const add = (page: Mapping) => {
    const last = mappings.at(-1);
    if (last && continues(last, page)) {
      mappings[mappings.length - 1] = { ...last, bytes: last.bytes + page.bytes };
    } else {
      mappings.push(page);
    }
  };

  visit(root & addressMask, 0, 0n, { writable: true, executable: true, user: true });
  return { mappings, tables };
}

/** Bits 63 to 48 repeat bit 47 (SDM vol. 1, 3.3.7.1). */
function canonical(address: bigint): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(48, address));
}

/** True if `page` carries on where `run` ends, with the same size, rights and type. */
function continues(run: Mapping, page: Mapping): boolean {
  return (
    run.virtual + run.bytes === page.virtual &&
    run.physical + run.bytes === page.physical &&
    run.pageSize === page.pageSize &&
    run.writable === page.writable &&
    run.executable === page.executable &&
    run.user === page.user &&
    run.pat === page.pat &&
    run.global === page.global
  );
}

/** The mapping that holds `virtual`, if any. */
export function mappingAt(walk: Walk, virtual: bigint): Mapping | undefined {
  return walk.mappings.find((one) => one.virtual <= virtual && virtual < one.virtual + one.bytes);
}
