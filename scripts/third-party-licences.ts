import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The name of the file with the licences, in a package or next to a page. pnpm packs no LICENSE of the repository where a
 * file has this word in its name.
 */
const fileName = 'THIRD-PARTY-NOTICES.md';

/** The folder of the package that a file is from, or undefined for a file of this repository. */
const packageFolderOf = (file: string) =>
  /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'))?.[1];

/** The text of a package's licence: a file, or what its README says under a heading. */
function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  if (file) return readFileSync(join(folder, file), 'utf8').trim();
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return undefined;
  return /^(?:#+ *licen[cs]e.*|licen[cs]e.*\n[-=]+)\n([^]*?\S[^]*)/im.exec(readFileSync(readme, 'utf8'))?.[1]?.trim();
}

function describePackage(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  // The packages of TensorFlow.js bring no text, but ours have the same licence.
  const text = license === 'Apache-2.0' ? 'The text of this licence is in LICENSE.' : licenceText(folder);
  if (!license || !text) throw new Error(`${name} ${version} is bundled, but the text of its licence is not in it`);
  return `## ${name} ${version} (${license})\n\n${text}\n`;
}

/** The licences of the packages by others that these files are from, as Markdown; `''` if there is none. */
function describePackages(files: Iterable<string>): string {
  const folders = new Set(Array.from(files, packageFolderOf).filter((folder) => folder !== undefined));
  if (folders.size === 0) return '';
  const parts = new Set(Array.from(folders, describePackage));
  return ['# Licences of the packages by others in this bundle\n', ...[...parts].sort()].join('\n');
}

/** What a plugin of esbuild is given, as far as this one uses it. */
interface EsbuildBuild {
  onEnd(done: (result: { metafile?: { outputs: { [file: string]: { inputs: object } } } }) => void): void;
}

/**
 * A plugin of esbuild: writes the licences of all packages by others in a bundle into the folder `into`.
 *
 * @param options.also files of packages that get into the bundle otherwise than by an import.
 */
export const writeLicences = ({ into, also = [] }: { into: string; also?: readonly string[] }) => ({
  name: 'third-party-licences',
  setup(build: EsbuildBuild) {
    build.onEnd(({ metafile }) => {
      const inputs = Object.values(metafile?.outputs ?? {}).flatMap((output) => Object.keys(output.inputs));
      const text = describePackages([...inputs, ...also]);
      if (!text) return;
      mkdirSync(into, { recursive: true }); // in a fresh clone the bundle is not there yet
      writeFileSync(join(into, fileName), text);
    });
  },
});

interface Bundle {
  [file: string]: { type: 'asset' } | { type: 'chunk'; modules: { [file: string]: { renderedLength: number } } };
}

/**
 * Two plugins of Vite: `collect` notes what a bundle contains, also that of a worker; `emit` adds the licences to the
 * bundle of the page. Vite's own option `build.license` does not see workers.
 */
export function bundledLicences() {
  const files = new Set<string>();
  const collect = {
    name: 'third-party-files',
    generateBundle(_: unknown, bundle: Bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const [file, { renderedLength }] of Object.entries(chunk.modules)) if (renderedLength > 0) files.add(file);
      }
    },
  };
  const emit = {
    name: 'third-party-licences',
    apply: 'build' as const,
    generateBundle(this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): unknown }) {
      this.emitFile({ type: 'asset', fileName, source: describePackages(files) });
    },
  };
  return { collect, emit, text: () => describePackages(files) };
}
