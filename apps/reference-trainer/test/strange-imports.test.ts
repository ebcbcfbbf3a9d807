import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { allowedImportsPath } from '../src/run/parts/allowed-imports';
import { filesOf, quickRun, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('strange-imports');

/** A user without a home folder, where HOME is not set. */
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  homedir: () => {
    throw new Error('uv_os_homedir returned ENOENT');
  },
}));

/** A module that leaves a trace when it is executed. */
const source = `import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify('executed')}, 'it was');
export default {};
`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A run from a stranger: one of ours that now imports a module. */
function strangeRun(name: string, text = source): string {
  cpSync('run', name, { recursive: true });
  const path = join(name, 'config.json');
  const description = JSON.parse(readFileSync(path, 'utf8')) as { config: object };
  Object.assign(description.config, { imports: ['parts.mjs'] });
  writeFileSync(path, JSON.stringify({ ...description, imports: [{ path: resolve(name, 'parts.mjs'), sha256: sha256(source) }] }));
  writeFileSync(join(name, 'parts.mjs'), text);
  return name;
} // prettier-ignore

beforeAll(async () => {
  writeQuickConfig('quick.json');
  expect((await runInProcess(['train', 'quick.json', '--out', 'run'])).status).toBe(0);
});

describe('the modules of a run from a stranger', () => {
  it.each([
    ['eval', '--run'],
    ['solve', '1... ..3. .4.. ...2', '--run'],
    ['residuals', '--run'],
    ['train', '--resume', '--out'],
  ])('are not executed by hrm %s, which names them', async (...command) => {
    const run = strangeRun(`strange-${command[0]}`);
    const before = filesOf(run);
    const { status, stdout, stderr } = await runInProcess([...command, run]);
    expect(status, stdout).toBe(2);
    expect(stderr).toContain(`${resolve(run, 'parts.mjs')} (SHA-256 ${sha256(source)})`);
    expect(stderr).toContain('--allow-imports');
    expect(existsSync('executed')).toBe(false);
    expect(filesOf(run)).toEqual(before);
    expect(existsSync(allowedImportsPath())).toBe(false);
  });

  it('are not executed for a config', async () => {
    const config = writeQuickConfig('own.json', { imports: ['./parts.mjs'] });
    writeFileSync('parts.mjs', source);
    const { status, stderr } = await runInProcess(['train', config, '--out', 'own']);
    expect(status).toBe(2);
    expect(stderr).toContain(resolve('parts.mjs'));
    expect(existsSync('executed') || existsSync('own')).toBe(false);
  });

  it('are executed if this user has allowed them, with that path and content', async () => {
    const run = strangeRun('allowed', 'export default {};\n');
    const evaluate = (...args: string[]) => runInProcess(['eval', '--run', run, ...args]);
    const first = await evaluate('--allow-imports');
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toContain('has changed since the run was begun');
    expect(statSync(allowedImportsPath()).mode & 0o777).toBe(0o600);
    expect((await evaluate()).status).toBe(0);

    cpSync(run, 'elsewhere', { recursive: true });
    expect((await runInProcess(['eval', '--run', 'elsewhere'])).stderr).toContain(resolve('elsewhere/parts.mjs'));

    writeFileSync(join(run, 'parts.mjs'), source);
    expect((await evaluate()).stderr).toContain(sha256(source));
    expect(existsSync('executed')).toBe(false);
  });

  it('include the files that they import by a path', async () => {
    const run = strangeRun('together', "import './deeper/helper.mjs';\nexport default {};\n");
    mkdirSync(join(run, 'deeper'));
    const helper = join(run, 'deeper', 'helper.mjs');
    writeFileSync(helper, "import '../parts.mjs';\nawait import('./last.mjs');\n");
    writeFileSync(join(run, 'deeper', 'last.mjs'), '');
    const evaluate = (...args: string[]) => runInProcess(['eval', '--run', run, ...args]);
    expect((await evaluate()).stderr.match(/SHA-256/g)).toHaveLength(3);
    expect((await evaluate('--allow-imports')).status).toBe(0);
    expect((await evaluate()).status).toBe(0);
    writeFileSync(join(run, 'deeper', 'last.mjs'), source);
    const { status, stderr } = await evaluate();
    expect(status).toBe(2);
    expect(stderr).toContain(`${resolve(run, 'deeper', 'last.mjs')} (SHA-256 ${sha256(source)}`);
    expect(stderr).not.toContain('helper.mjs');
    expect(existsSync('executed')).toBe(false);
  });

  it('include the files that CommonJS requires by a path', async () => {
    const run = strangeRun('required', "import './helper.cjs';\nexport default {};\n");
    writeFileSync(join(run, 'helper.cjs'), 'require (\'./deeper\');\nrequire("node:fs");\n');
    mkdirSync(join(run, 'deeper'));
    const index = join(run, 'deeper', 'index.js');
    writeFileSync(index, '');
    const evaluate = (...args: string[]) => runInProcess(['eval', '--run', run, ...args]);
    expect((await evaluate()).stderr.match(/SHA-256/g)).toHaveLength(3);
    expect((await evaluate('--allow-imports')).status).toBe(0);
    writeFileSync(index, 'throw new Error("executed");');
    expect((await evaluate()).stderr).toContain(`${resolve(index)} (SHA-256`);
  });

  it('import no file by a name in a package.json, which could lead elsewhere tomorrow', async () => {
    const run = strangeRun('mapped', "import '#helper';\nexport default {};\n");
    const { status, stderr } = await runInProcess(['eval', '--run', run, '--allow-imports']);
    expect(status).toBe(2);
    expect(stderr).toContain(`${resolve(run, 'parts.mjs')} imports "#helper"`);
  });

  it('cannot be allowed by a user without a home folder, who is told what to set', async () => {
    expect(() => allowedImportsPath({})).toThrow(
      'this user has no home folder, where permissions are kept; set XDG_CONFIG_HOME',
    );
    expect(allowedImportsPath({ XDG_CONFIG_HOME: '/own' })).toBe(join('/own', 'hrm', 'allowed-imports.json'));
  });

  it('are not allowed by a list that others could have written, or that is damaged', async () => {
    const run = strangeRun('listed', 'export default {};\n');
    expect((await runInProcess(['eval', '--run', run, '--allow-imports'])).status).toBe(0);
    const evaluate = async () => (await runInProcess(['eval', '--run', run])).status;
    expect(await evaluate()).toBe(0);
    chmodSync(allowedImportsPath(), 0o666);
    expect(await evaluate()).toBe(2);
    chmodSync(allowedImportsPath(), 0o600);
    expect(await evaluate()).toBe(0);
    writeFileSync(allowedImportsPath(), '{"format": 1');
    expect(await evaluate()).toBe(2);
    // The next permission replaces it.
    expect((await runInProcess(['eval', '--run', run, '--allow-imports'])).status).toBe(0);
    expect(await evaluate()).toBe(0);
  });

  it('may be moved with the run', async () => {
    mkdirSync('tree/configs', { recursive: true });
    writeFileSync('tree/parts.mjs', 'export default {};\n');
    writeFileSync('tree/configs/run.json', JSON.stringify({ ...quickRun, imports: ['../parts.mjs'] }));
    const begun = await runInProcess(['train', 'tree/configs/run.json', '--out', 'tree/runs/one', '--allow-imports']);
    expect(begun.status, begun.stderr).toBe(0);
    const { imports, config } = JSON.parse(readFileSync('tree/runs/one/config.json', 'utf8')) as { imports: object[]; config: { imports: string[] } };
    expect(config.imports).toEqual(['../../parts.mjs']);
    expect(imports).toEqual([{ path: resolve('tree/parts.mjs'), sha256: sha256('export default {};\n') }]);
    cpSync('tree', 'moved', { recursive: true });
    writeFileSync('tree/parts.mjs', 'throw new Error("of the old place");');
    const { status, stderr } = await runInProcess(['eval', '--run', 'moved/runs/one', '--allow-imports']);
    expect(status, stderr).toBe(0);
  }); // prettier-ignore
});
