import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Below the root of the clone: there a reader pastes a program, and its imports must lead to the built packages. */
export const programsFolder = join(root, 'dist/programs');

/** A program that a README or a doc comment shows. */
export interface DocumentedProgram {
  /** Where it stands, from the root of the repository, as `packages/act/src/segment/carry.ts:12`. */
  place: string;
  file: string;
  /** Of its first line in that file, counted from 1. */
  line: number;
  source: string;
  /** The program as a file: its lines stand where they stand in `file`. */
  typescript: string;
  /** The same without types, its stack traces pointing into `file`. */
  javascript: string;
  /** Whether it is for Vitest to run: its first line is a comment that calls it so, as `// my-layer.test.ts`. */
  isTest: boolean;
}

function filesUnder(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension) && !name.split(sep).includes('node_modules'))
    .map((name) => join(folder, name))
    .sort();
}

/** The READMEs, the pages of docs/, and every module of the packages. */
function documents(): string[] {
  const packages = readdirSync(join(root, 'packages'));
  const readmes = ['README.md', ...packages.map((name) => `packages/${name}/README.md`)].map((name) =>
    join(root, name),
  );
  const modules = packages.flatMap((name) => filesUnder(join(root, 'packages', name, 'src'), '.ts'));
  const pages = filesUnder(join(root, 'docs'), '.md').filter((file) => !file.startsWith(join(root, 'docs/api')));
  const others = [...filesUnder(join(root, 'examples'), '.md'), ...pages, ...modules];
  return [...readmes.filter((file) => existsSync(file)), ...others];
}

/** The fences of a language in a file; in a module those within doc comments. */
function fences(file: string, language = 'ts'): { line: number; source: string }[] {
  const margin = file.endsWith('.md') ? /^/ : /^\s*\* ?/;
  const found: { line: number; source: string }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const inside = margin.exec(text);
    if (!inside) continue;
    const content = text.slice(inside[0].length);
    if (open && /^```\s*$/.test(content)) {
      found.push({ line: open.line, source: open.lines.join('\n') });
      open = undefined;
    } else if (open) {
      open.lines.push(content);
    } else if (content.trimEnd() === '```' + language) {
      open = { line: index + 2, lines: [] };
    }
  }
  if (open) throw new Error(`${relative(root, file)}:${open.line}: the fence that opens here is never closed`);
  return found;
}

/** The fences of a language in the READMEs of packages and apps and in docs/, each with its file. */
export function documentFences(language: string): { file: string; line: number; source: string }[] {
  const apps = readdirSync(join(root, 'apps')).map((name) => join(root, 'apps', name, 'README.md'));
  return [...documents(), ...apps.filter((file) => existsSync(file))].flatMap((path) =>
    fences(path, language).map((fence) => ({ ...fence, file: relative(root, path).split(sep).join('/') })),
  );
}

/**
 * Takes every program out of the documentation and writes it down, ready to be compiled and run. A program whose first
 * line names a file, as `// my-block.ts`, can be imported by those after it in the same document.
 */
export function documentedPrograms(): DocumentedProgram[] {
  rmSync(programsFolder, { recursive: true, force: true });
  mkdirSync(programsFolder, { recursive: true });
  // So that Vitest, run there, looks no further up for a configuration.
  writeFileSync(join(programsFolder, 'vitest.config.js'), 'export default {};\n');
  writeFileSync(sharedProcess, runAll);
  return documents().flatMap((path) =>
    fences(path).map(({ line, source }) => {
      const file = relative(root, path).split(sep).join('/');
      const stem = join(programsFolder, `${file}.${line}`);
      const isTest = /^\/\/ \S+\.test\.ts$/.test(source.split('\n')[0]!);
      const program = {
        file,
        line,
        source,
        place: `${file}:${line}`,
        typescript: `${stem}.ts`,
        javascript: `${stem}${isTest ? '.test' : ''}.js`,
        isTest,
      };
      const named = isTest ? undefined : /^\/\/ (\S+)\.ts$/.exec(source.split('\n')[0]!)?.[1];
      mkdirSync(dirname(stem), { recursive: true });
      const padded = '\n'.repeat(line - 1) + source + '\n';
      const plain = withoutTypes(padded, path);
      writeFileSync(program.typescript, padded);
      writeFileSync(program.javascript, plain);
      if (named) {
        writeFileSync(join(dirname(stem), `${named}.ts`), padded);
        writeFileSync(join(dirname(stem), `${named}.js`), plain);
      }
      return program;
    }),
  );
}

function withoutTypes(source: string, path: string): string {
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      sourceMap: true,
    },
    fileName: 'program.ts',
  });
  const map = { ...(JSON.parse(sourceMapText!) as object), sources: [pathToFileURL(path).href] };
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  return outputText.replace(
    /\/\/# sourceMappingURL=.*\s*$/,
    `//# sourceMappingURL=data:application/json;base64,${encoded}\n`,
  );
}

/** A program that runs others in one process, each whether or not one before has failed, and prints which failed. */
export const sharedProcess = join(programsFolder, 'shared-process.js');
const runAll = `import { pathToFileURL } from 'node:url';
for (const path of process.argv.slice(2)) {
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
`;

/** What the TypeScript compiler has to say about the programs, each message with file and line. */
export function typeErrors(programs: readonly DocumentedProgram[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => readFileSync(file, 'utf8')) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, join(root, 'tests'));
  const compiler = ts.createProgram(
    programs.map(({ typescript }) => typescript),
    { ...options, moduleDetection: ts.ModuleDetectionKind.Force, typeRoots: [join(root, 'node_modules/@types')] },
  );
  return ts.getPreEmitDiagnostics(compiler).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    if (!file) return message;
    const program = programs.find(({ typescript }) => typescript === file.fileName);
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${program?.file ?? relative(root, file.fileName)}:${line}: ${message}`;
  });
}
