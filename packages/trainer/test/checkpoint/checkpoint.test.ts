import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FileFormatError, parseSafetensors } from '@hrm/files';
import { describe, expect, test } from 'vitest';
import { type FileSystem, nodeFileSystem } from '@hrm/files/node';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint';
import { type CheckpointContents, writeCheckpoint } from '../../src/checkpoint/write-checkpoint';
import { SimulatedDisk } from '../../../files/test/node/simulated-disk';
import { temporaryFolder } from '../../../files/test/node/temporary-folder';
import { smallCheckpoint } from './small-checkpoint';

async function refusal(path: string, fileSystem?: FileSystem): Promise<FileFormatError> {
  const error: unknown = await readCheckpoint(path, { fileSystem }).then(
    () => new Error('the checkpoint was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof FileFormatError) return error;
  throw error;
}

describe('a checkpoint', () => {
  test('is read as it was saved', async () => {
    const contents = smallCheckpoint(500, 0.25);
    const path = await writeCheckpoint(temporaryFolder(), contents);
    expect(path).toMatch(/checkpoint-00000500$/);
    expect(await readCheckpoint(path)).toEqual({ ...contents, path });
  });

  test('has a manifest that lists every file, and its files are plain safetensors', async () => {
    const path = await writeCheckpoint(temporaryFolder(), smallCheckpoint(3));
    expect(readdirSync(path).sort()).toEqual(['carry.safetensors', 'manifest.json', 'weights.safetensors']);
    const manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Record<string, unknown>;
    const weights = readFileSync(join(path, 'weights.safetensors'));
    expect(manifest).toMatchObject({ format: 'hrm-checkpoint', version: 1, step: 3, metric: null });
    expect((manifest.files as Record<string, unknown>)['weights.safetensors']).toEqual({
      bytes: weights.length,
      sha256: createHash('sha256').update(weights).digest('hex'),
    });
    expect(parseSafetensors(weights).tensors).toEqual(smallCheckpoint(3).files.weights);
  });

  test('has the same bytes when saved again', async () => {
    const [a, b] = await Promise.all([0, 1].map(() => writeCheckpoint(temporaryFolder(), smallCheckpoint(9, 1))));
    for (const name of readdirSync(a!)) expect(readFileSync(join(b!, name))).toEqual(readFileSync(join(a!, name)));
  });

  test('is replaced by one of the same step', async () => {
    const folder = temporaryFolder();
    await writeCheckpoint(folder, smallCheckpoint(5));
    const path = await writeCheckpoint(folder, { ...smallCheckpoint(5), state: 'new' });
    expect((await readCheckpoint(path)).state).toBe('new');
    expect(readdirSync(folder)).toEqual(['checkpoint-00000005']);
  });

  test('can be read in part, but is checked as a whole', async () => {
    const path = await writeCheckpoint(temporaryFolder(), smallCheckpoint(5));
    expect(Object.keys((await readCheckpoint(path, { only: ['carry'] })).files)).toEqual(['carry']);
    await expect(readCheckpoint(path, { only: ['ema'] })).rejects.toThrow('the checkpoint has no "ema"');
    writeFileSync(join(path, 'weights.safetensors'), 'x');
    await expect(readCheckpoint(path, { only: ['carry'] })).rejects.toThrow('weights.safetensors: the file is 1 bytes');
  });

  test('is read whatever other files are in its folder', async () => {
    const contents = smallCheckpoint(5);
    const path = await writeCheckpoint(temporaryFolder(), contents);
    writeFileSync(join(path, '.DS_Store'), 'x');
    writeFileSync(join(path, 'ema.safetensors'), 'not listed, so not read');
    mkdirSync(join(path, 'notes'));
    symlinkSync('/nowhere', join(path, 'link'));
    expect(await readCheckpoint(path)).toEqual({ ...contents, path });
  });

  test.each(['EIO', 'EACCES', 'EMFILE', 'ENFILE', 'ENOMEM', undefined])(
    'that cannot be read now (%s) is not called damaged',
    async (code) => {
      const path = await writeCheckpoint(temporaryFolder(), smallCheckpoint(5));
      for (const call of ['list', 'open', 'read'] as const) {
        const cause = code === undefined ? new RangeError('Array buffer allocation failed') : Object.assign(new Error(code), { code }); // prettier-ignore
        const fail = async () => Promise.reject(cause);
        const fileSystem: FileSystem = {
          ...nodeFileSystem,
          ...(call === 'list' && { list: fail }),
          ...(call === 'open' && { open: fail }),
          ...(call === 'read' && {
            open: async (...args) => ({ ...(await nodeFileSystem.open(...args)), read: fail }),
          }),
        };
        const error: unknown = await readCheckpoint(path, { fileSystem }).catch((reason: unknown) => reason);
        expect(error).not.toBeInstanceOf(FileFormatError);
        expect(error).toMatchObject({ code, cause, message: expect.stringContaining('cannot be read now') as string });
      }
    },
  );

  test('may be of step 0, without files, with a state of any JSON', async () => {
    const path = await writeCheckpoint(temporaryFolder(), { step: 0, files: {}, state: JSON.parse('{"__proto__":1}') });
    const { step, state } = await readCheckpoint(path);
    expect(step).toBe(0);
    expect(Object.keys(state as object)).toEqual(['__proto__']);
  });

  test.each<[string, Partial<CheckpointContents> | Record<string, unknown>, string]>([
    ['a step below 0', { step: -1 }, 'the step is -1'],
    ['half a step', { step: 0.5 }, 'the step is 0.5'],
    ['a metric of NaN', { metric: Number.NaN }, 'the metric is NaN'],
    ['a name with a path', { files: { '../x': new Map() } }, '"../x" is not a valid name'],
    ['a name of nothing', { files: { '': new Map() } }, '"" is not a valid name'],
    ['the name of an object', { files: { ['__proto__']: new Map() } }, '"__proto__" is not a valid name'],
    ['undefined in the state', { state: { a: [undefined] } }, 'state.a[0] is undefined'],
    ['NaN in the state', { state: { a: Number.NaN } }, 'state.a is NaN'],
    ['a map in the state', { state: { a: new Map() } }, 'state.a is a Map'],
    ['a bigint in the state', { state: 1n }, 'state is 1'],
  ])('with %s is not written', async (_name, change, message) => {
    const folder = temporaryFolder();
    const contents = { ...smallCheckpoint(1), ...change } as CheckpointContents;
    await expect(writeCheckpoint(folder, contents)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a damaged checkpoint is refused', () => {
  /** A checkpoint in memory, and a way to put other bytes in the place of a file of it. */
  async function inMemory() {
    const fileSystem = new SimulatedDisk();
    const path = await writeCheckpoint('/', smallCheckpoint(500), { fileSystem });
    const files = await Promise.all(
      (await fileSystem.list(path)).map(async ({ name }) => {
        const file = await fileSystem.open(join(path, name), 'update');
        const whole = new Uint8Array(await file.size());
        await file.read(whole, 0);
        const replace = async (bytes: Uint8Array) => {
          await file.truncate(bytes.length);
          await file.write(bytes, 0);
        };
        return { name, whole, replace };
      }),
    );
    expect(files).toHaveLength(3);
    return { fileSystem, path, files };
  }

  test('cut at any length', async () => {
    const { fileSystem, path, files } = await inMemory();
    for (const { name, whole, replace } of files) {
      for (let length = 0; length < whole.length; length++) {
        await replace(whole.subarray(0, length));
        expect((await refusal(path, fileSystem)).path).toContain(name);
      }
      await replace(whole);
    }
    await readCheckpoint(path, { fileSystem });
  });

  test('with any one bit flipped', async () => {
    const { fileSystem, path, files } = await inMemory();
    for (const { name, whole, replace } of files) {
      for (let bit = 0; bit < 8 * whole.length; bit++) {
        const spoiled = whole.slice();
        spoiled[bit >> 3]! ^= 1 << (bit & 7);
        await replace(spoiled);
        expect((await refusal(path, fileSystem)).path).toContain(name);
      }
      await replace(whole);
    }
    await readCheckpoint(path, { fileSystem });
  });

  /** Writes the manifest anew, with its own SHA-256 set right: only what it says is wrong. */
  const rewriteManifest = (path: string, change: (manifest: Record<string, any>) => void) => {
    const manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Record<string, any>;
    delete manifest.sha256;
    change(manifest);
    const body = JSON.stringify(manifest, null, 2).slice(0, -2);
    const sha256 = createHash('sha256').update(body).digest('hex');
    writeFileSync(join(path, 'manifest.json'), `${body},\n  "sha256": "${sha256}"\n}\n`);
  };
  const manifestOf = (change: (manifest: Record<string, any>) => void) => (path: string) =>
    rewriteManifest(path, change);
  const file = (name: string) => (path: string) => join(path, name);
  const [weights, carry, manifest] = ['weights.safetensors', 'carry.safetensors', 'manifest.json'].map(file) as [(path: string) => string, (path: string) => string, (path: string) => string]; // prettier-ignore

  test('but not for a manifest that is rewritten unchanged', async () => {
    const path = await writeCheckpoint(temporaryFolder(), smallCheckpoint(500));
    rewriteManifest(path, () => undefined);
    await readCheckpoint(path);
  });

  const cases: readonly (readonly [name: string, damage: (path: string, other: string) => void, message: string | RegExp])[] = [
    ['no folder', (path) => rmSync(path, { recursive: true }), 'it cannot be read (ENOENT'],
    ['an empty folder', (path) => readdirSync(path).forEach((name) => rmSync(join(path, name))), 'manifest.json: it cannot be read (ENOENT'],
    ['a file for a folder', (path) => (rmSync(path, { recursive: true }), writeFileSync(path, '')), 'it cannot be read (ENOTDIR'],
    ['no manifest', (path) => rmSync(manifest(path)), 'manifest.json: it cannot be read (ENOENT'],
    ['a folder for a manifest', (path) => (rmSync(manifest(path)), mkdirSync(manifest(path))), 'it is a folder, pipe or device'],
    ['no weights', (path) => rmSync(weights(path)), 'lacks its file weights.safetensors'],
    ['no carry', (path) => rmSync(carry(path)), 'lacks its file carry.safetensors'],
    ['no tensors at all', (path) => (rmSync(carry(path)), rmSync(weights(path))), 'lacks its file weights.safetensors, carry.safetensors'],
    ['a file of another name', (path) => renameSync(weights(path), `${weights(path)}.old`), 'lacks its file weights.safetensors; expected manifest.json, weights.safetensors, carry.safetensors'],
    ['a name in capitals', (path) => renameSync(weights(path), join(path, 'Weights.safetensors')), 'lacks its file weights.safetensors'],
    ['a link for a file', (path) => (renameSync(weights(path), `${path}.w`), symlinkSync(`${path}.w`, weights(path))), 'lacks its file weights.safetensors'],
    ['a folder for a file', (path) => (rmSync(weights(path)), mkdirSync(weights(path))), 'lacks its file weights.safetensors'],
    ['files swapped', (path) => (renameSync(weights(path), `${path}.w`), renameSync(carry(path), weights(path)), renameSync(`${path}.w`, carry(path))), /the file is \d+ bytes long/],
    ['weights of another step', (path, other) => cpSync(weights(other), weights(path)), 'weights.safetensors: the content is damaged: its SHA-256 is'],
    ['the carry of another step', (path, other) => cpSync(carry(other), carry(path)), 'carry.safetensors: the content is damaged'],
    ['the manifest of another step', (path, other) => cpSync(manifest(other), manifest(path)), 'the folder holds the checkpoint of step 400; expected the name checkpoint-00000400'],
    ['everything of another step', (path, other) => (rmSync(path, { recursive: true }), cpSync(other, path, { recursive: true })), 'the folder holds the checkpoint of step 400'],
    ['a name of another step', (path) => (renameSync(path, path.replace('500', '600')), renameSync(path.replace('500', '600'), path), rewriteManifest(path, (m) => (m.step = 501))), 'the checkpoint of step 501'],
    ['an empty file', (path) => writeFileSync(weights(path), ''), 'the file is 0 bytes long'],
    ['a byte more', (path) => writeFileSync(weights(path), Buffer.concat([readFileSync(weights(path)), Buffer.of(0)])), 'bytes long; expected'],
    ['zeros of the right length', (path) => writeFileSync(weights(path), Buffer.alloc(readFileSync(weights(path)).length)), 'SHA-256'],
    ['a pipe for the manifest', (path) => (rmSync(manifest(path)), execFileSync('mkfifo', [manifest(path)])), 'manifest.json: it is a folder, pipe or device'],
    ['a pipe for a file', (path) => (rmSync(weights(path)), execFileSync('mkfifo', [weights(path)])), 'lacks its file weights.safetensors'],
    ['an empty manifest', (path) => writeFileSync(manifest(path), ''), 'manifest.json, byte 0: the manifest is damaged or cut short'],
    ['a huge manifest', (path) => truncateSync(manifest(path), 64 * 2 ** 20 + 1), 'the file is 67108865 bytes long; expected at most 67108864'],
    ['a manifest of zeros', (path) => writeFileSync(manifest(path), Buffer.alloc(1000)), 'the manifest is damaged or cut short'],
    ['a manifest with a space more', (path) => writeFileSync(manifest(path), `${readFileSync(manifest(path), 'utf8')} `), 'damaged or cut short'],
    ['a manifest edited by hand', (path) => writeFileSync(manifest(path), readFileSync(manifest(path), 'utf8').replace('"seed": 0', '"seed": 1')), 'damaged or cut short'],
    ['a manifest that is no JSON', (path) => { const body = '{ nonsense'; writeFileSync(manifest(path), `${body},\n  "sha256": "${createHash('sha256').update(body).digest('hex')}"\n}\n`); }, 'the manifest is not valid JSON'],
    ['another format', manifestOf((m) => (m.format = 'x')), 'the format is "x"; expected "hrm-checkpoint"'],
    ['an older format', manifestOf((m) => (m.version = 0)), 'the format has version 0; expected 1; use the @hrm/trainer that wrote it'],
    ['a newer format', manifestOf((m) => (m.version = 2)), 'the format has version 2'],
    ['a version as text', manifestOf((m) => (m.version = '1')), 'the format has version "1"'],
    ['no version', manifestOf((m) => delete m.version), 'the format has version undefined'],
    ['no step', manifestOf((m) => delete m.step), 'the step is wrong'],
    ['half a step', manifestOf((m) => (m.step = 500.5)), 'the step is wrong'],
    ['a step as text', manifestOf((m) => (m.step = '500')), 'the step is wrong'],
    ['a metric as text', manifestOf((m) => (m.metric = '1')), 'the metric is wrong'],
    ['no state', manifestOf((m) => delete m.state), 'the state is missing'],
    ['no list of files', manifestOf((m) => delete m.files), 'the list of files is missing'],
    ['a list of files that is a list', manifestOf((m) => (m.files = [])), 'the list of files is missing'],
    ['a file without length', manifestOf((m) => delete m.files['weights.safetensors'].bytes), 'the entry of "weights.safetensors" is wrong'],
    ['a file without SHA-256', manifestOf((m) => delete m.files['weights.safetensors'].sha256), 'the entry of "weights.safetensors" is wrong'],
    ['a SHA-256 in capitals', manifestOf((m) => (m.files['weights.safetensors'].sha256 = 'A'.repeat(64))), 'the entry of'],
    ['a length below 0', manifestOf((m) => (m.files['weights.safetensors'].bytes = -1)), 'the entry of'],
    ['null for a file', manifestOf((m) => (m.files['weights.safetensors'] = null)), 'the entry of'],
    ['a file elsewhere', manifestOf((m) => (m.files['../../x.safetensors'] = m.files['weights.safetensors'])), 'the file name "../../x.safetensors" is not allowed'],
    ['an absolute file name', manifestOf((m) => (m.files['/etc/passwd'] = m.files['weights.safetensors'])), 'the file name "/etc/passwd" is not allowed'],
    ['the manifest among the files', manifestOf((m) => (m.files['manifest.json'] = m.files['weights.safetensors'])), 'the file name "manifest.json" is not allowed'],
    ['a file that is not there', manifestOf((m) => (m.files['ema.safetensors'] = m.files['weights.safetensors'])), 'lacks its file ema.safetensors'],
    ['a huge length', manifestOf((m) => (m.files['weights.safetensors'].bytes = 2 ** 52)), 'bytes long; expected 4503599627370496'],
    ['files of the right hash that are no safetensors', (path) => { writeFileSync(weights(path), 'no tensors'); rewriteManifest(path, (m) => (m.files['weights.safetensors'] = { bytes: 10, sha256: createHash('sha256').update('no tensors').digest('hex') })); }, /weights\.safetensors, byte 8: no header starts here, so this is no safetensors file/],
  ]; // prettier-ignore

  test.each(cases)('with %s', async (_name, damage, message) => {
    const folder = temporaryFolder();
    const other = await writeCheckpoint(folder, smallCheckpoint(400));
    const path = await writeCheckpoint(folder, smallCheckpoint(500));
    damage(path, other);
    const error = await refusal(path);
    expect(error.message).toMatch(message);
    expect(error.path).toContain(path);
    expect(error.expected).toBeTruthy();
    await readCheckpoint(other);
  });
});
