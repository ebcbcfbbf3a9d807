import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { hrm } from './run-hrm';
import { tinyRun } from './tiny-run';

// Inside this package, so that the modules can import @hrm/layers like a user's.
const folder = mkdtempSync(fileURLToPath(new URL('.own-parts-', import.meta.url)));
// The tests must not see what this user has allowed.
process.env.XDG_CONFIG_HOME = join(folder, '.config');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modulePath = fileURLToPath(new URL('testdata/own-parts.mjs', import.meta.url));
cpSync(modulePath, join(folder, 'own-parts.mjs'));
const own = {
  block: { type: 'gate' },
  schedule: { type: 'twice' },
  halting: { type: 'soon', segments: 3 },
};

/** Writes a config and returns its path. */
function configOf(changes: object, model: object = own): string {
  const path = join(mkdtempSync(join(folder, 'config-')), 'run.json');
  writeFileSync(path, JSON.stringify({ ...tinyRun, ...changes, model: { ...tinyRun.model, ...model } }));
  return path;
}

describe('parts of the user', () => {
  it('can be trained, resumed, evaluated and used to solve by name, from any folder', () => {
    mkdirSync(join(folder, 'configs'));
    const config = join(folder, 'configs', 'run.json');
    const description = { ...tinyRun, imports: ['../own-parts.mjs'], model: { ...tinyRun.model, ...own } };
    writeFileSync(config, JSON.stringify(description));
    const run = join(folder, 'run');
    const begun = hrm(['train', config, '--out', run, '--allow-imports', '--max-steps', '4', '--json']);
    expect(begun.status, begun.stderr).toBe(0);
    expect(begun.json).toMatchObject({ steps: 4, meanSegments: 3 });
    const { config: kept } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as {
      config: { imports: string[] };
    };
    // Relative to the run, so that a folder with both may be moved.
    expect(kept.imports).toEqual(['../own-parts.mjs']);
    const wentOn = hrm(['train', '--out', run, '--resume', '--json']);
    expect(wentOn.status, wentOn.stderr).toBe(0);
    expect(wentOn.json).toMatchObject({ steps: 12 });
    expect(hrm(['eval', '--run', run, '--json']).json).toMatchObject({ count: 24, meanSegments: 3, step: 12 });
    expect(hrm(['solve', '--run', run, '1... ..3. .4.. ...2', '--json']).json).toMatchObject({ segments: 3 });
    const longer = hrm(['eval', '--run', run, '--segments', '8']);
    expect([longer.status, longer.stderr]).toEqual([2, expect.stringContaining('--segments: the controller "')]);

    rmSync(join(folder, 'own-parts.mjs'));
    const missing = hrm(['eval', '--run', run]);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain(`imports: ${join(folder, 'own-parts.mjs')}: there is no such file`);
    expect(missing.stderr).not.toMatch(/\n\s+at /);
  });

  it.each<[string, string, RegExp]>([
    ['that fails', 'throw new Error("out of paper");', /bad\.mjs failed: out of paper/],
    ['that cannot be read', 'export default {', /bad\.mjs failed: /],
    ['that imports what is not there', 'import "./nowhere.mjs";', /bad\.mjs failed: Cannot find module/],
    [
      'without a default export',
      'export const blocks = {};',
      /bad\.mjs exports no default; expected its default export/,
    ],
    ['with another kind of part', 'export default { layers: {} };', /no parts called "layers", only blocks, schedules/],
    ['with what is no maker', 'export default { blocks: { mine: 1 } };', /blocks\.mine is not a function/],
    [
      'with a name that is taken',
      'export default { blocks: { mixer: () => {} } };',
      /called "mixer" already; give it another/,
    ],
  ])('in a module %s are refused, and no run is begun', (_, source, message) => {
    const bad = join(folder, 'bad.mjs');
    writeFileSync(bad, source);
    const run = join(folder, 'never');
    const { status, stderr } = hrm(['train', configOf({ imports: [bad] }), '--allow-imports', '--out', run]);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(() => readFileSync(join(run, 'config.json'))).toThrow('ENOENT');
  });

  it('check their own options, and are unknown without their module', () => {
    const wrong = configOf({ imports: [modulePath] }, { ...own, block: { type: 'gate', width: 3 } });
    const refused = hrm(['train', wrong, '--allow-imports', '--out', join(folder, 'never')]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('gate: there is no option "width", expected none');
    const unknown = hrm(['train', configOf({}), '--out', join(folder, 'never')]);
    expect(unknown.status).toBe(2);
    for (const told of ['model.block.type: "gate"', 'model.schedule.type: "twice"', 'model.halting.type: "soon"']) {
      expect(unknown.stderr).toContain(`${told} is not known; expected `);
    }
  });
});
