import type { LibraryHandle } from 'koffi';
import { MpiError } from './mpi-error';

type Koffi = typeof import('koffi').default;

/** A handle of MPI: a pointer in Open MPI, a number in MPICH. */
type Handle = unknown;

type Call = (...values: unknown[]) => number;

/** The functions of an MPI library that we call, and the handles that they take. */
export interface MpiLibrary {
  /** Such as `Open MPI v4.1.4`. */
  version: string;
  world: Handle;
  byte: Handle;
  call: Record<(typeof SIGNATURES)[number][0], Call>;
}

/** Functions of MPI with the kinds of their arguments: pointer, int, and handles of communicator and datatype. */
const SIGNATURES = [
  ['MPI_Init', 'pp'],
  ['MPI_Comm_rank', 'cp'],
  ['MPI_Comm_size', 'cp'],
  ['MPI_Get_library_version', 'pp'],
  ['MPI_Ialltoallv', 'pppdpppdcp'],
  ['MPI_Iallgather', 'pidpidcp'],
  ['MPI_Iallgatherv', 'pidpppdcp'],
  ['MPI_Ibcast', 'pidicp'],
  ['MPI_Ibarrier', 'cp'],
  ['MPI_Isend', 'pidiicp'],
  ['MPI_Iprobe', 'iicpp'],
  ['MPI_Recv', 'pidiicp'],
  ['MPI_Test', 'ppp'],
  ['MPI_Abort', 'ci'],
  ['MPI_Finalize', ''],
] as const satisfies readonly (readonly [string, string])[];

/** Names of the libraries: the number is that of the binary interface, which Open MPI 4 and 5, or MPICH 3 and 4, share. */
const LIBRARIES = {
  'Open MPI': ['libmpi.so.40', 'libmpi.40.dylib', '/opt/homebrew/lib/libmpi.dylib'],
  MPICH: ['libmpi.so.12', 'libmpich.so.12', 'libmpi.12.dylib', 'libpmpi.12.dylib'],
} as const;

const VARIABLE = 'HRM_MPI_LIBRARY';

/** Loads koffi, which calls C from JavaScript. A peer dependency, because only those who use MPI need it. */
async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    throw new MpiError(
      `MPI needs the package koffi, which cannot be loaded: ${(error as Error).message.split('\n')[0]}. Install it: npm install koffi`,
      { cause: error },
    );
  }
}

/** Opens the first library of a list that can be opened. */
function openFirst(koffi: Koffi, names: readonly string[]): { library?: LibraryHandle; failures: string[] } {
  const failures: string[] = [];
  for (const name of names) {
    try {
      // Global, because Open MPI loads modules of its own that need its symbols.
      return { library: koffi.load(name, { global: true }), failures };
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return { failures };
}

/** Handles of MPICH's binary interface, which are numbers. */
const MPICH_HANDLES = {
  world: 0x44000000,
  byte: 0x4c00010d,
} as const;

/** The addresses of Open MPI's handles; undefined for another library. */
function openMpiHandles(library: LibraryHandle): Record<keyof typeof MPICH_HANDLES, Handle> | undefined {
  try {
    const address = (name: string): Handle => library.symbol(name);
    return {
      world: address('ompi_mpi_comm_world'),
      byte: address('ompi_mpi_byte'),
    };
  } catch {
    return undefined;
  }
}

/**
 * Finds and loads the MPI library of the system. `HRM_MPI_LIBRARY` names another one.
 *
 * @param launcher whose library is tried first.
 * @throws MpiError if there is none, or koffi is not installed.
 */
export async function loadMpiLibrary(launcher: string): Promise<MpiLibrary> {
  const koffi = await loadKoffi();
  const chosen = process.env[VARIABLE];
  const inOrder =
    launcher === 'MPICH'
      ? [...LIBRARIES.MPICH, ...LIBRARIES['Open MPI']]
      : [...LIBRARIES['Open MPI'], ...LIBRARIES.MPICH];
  const { library, failures } = openFirst(koffi, chosen ? [chosen] : [...inOrder, 'libmpi.so', 'libmpi.dylib']);
  if (!library) {
    throw new MpiError(
      chosen
        ? `${VARIABLE}: the library cannot be loaded: ${failures[0]}`
        : `No MPI library was found; tried ${inOrder.join(', ')}. Install Open MPI (Debian: apt install openmpi-bin) or MPICH, ` +
            `or name its library in ${VARIABLE}`,
    );
  }
  const pointers = openMpiHandles(library);
  const handle = pointers ? 'void *' : 'int';
  const types: Record<string, string> = { p: 'void *', i: 'int', c: handle, d: handle };
  const functions = SIGNATURES.map(([name, kinds]) => {
    try {
      return [
        name,
        library.func(
          name,
          'int',
          [...kinds].map((kind) => types[kind]!),
        ) as Call,
      ];
    } catch (error) {
      throw new MpiError(`The MPI library has no ${name}, expected MPI 3: ${(error as Error).message}`);
    }
  });
  const call = Object.fromEntries(functions) as MpiLibrary['call'];
  return { version: versionOf(call), ...(pointers ?? MPICH_HANDLES), call };
}

/** The first words of the version that a library reports. */
function versionOf({ MPI_Get_library_version: version }: MpiLibrary['call']): string {
  const [text, length] = [Buffer.alloc(8192 + 256), new Int32Array(1)];
  version(text, length);
  return text.toString('utf8', 0, length[0]).split(/[,\n]/)[0]!.replaceAll('\0', '').replace(/\s+/g, ' ').trim();
}
