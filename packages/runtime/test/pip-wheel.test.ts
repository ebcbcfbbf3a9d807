import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { extractWheel, findPython } from '../src/native/set-up/pip-wheel';
import { installTensorflow } from '../src/native/set-up/tensorflow-libraries';
import { nativeTarget } from '../src/native/native-target';
import { runCommand } from '../src/native/run-command';
import { temporaryFolder } from './fake-programs';

const contents: Record<string, Record<string, 'file' | 'link'>> = {
  good: { 'tensorflow/include/a/b.h': 'file', 'tensorflow/other': 'file' },
  escapes: { good: 'file', 'tensorflow/../../../escaped': 'file' },
  dots: { good: 'file', '..': 'file' },
  absolute: { good: 'file', '/tmp/absolute': 'file' },
  drive: { good: 'file', 'C:/absolute': 'file' },
  backslashes: { good: 'file', 'tensorflow\\..\\escaped': 'file' },
  link: { good: 'file', 'tensorflow/link': 'link' },
};

/** Writes archives with any names, which Python's own program refuses, and with the mode of a file or a link. */
const MAKE = `
import json, stat, sys, zipfile
for wheel, entries in json.loads(sys.argv[1]).items():
    with zipfile.ZipFile(wheel + '.whl', 'w') as archive:
        for name, kind in entries.items():
            entry = zipfile.ZipInfo('x'); entry.filename = name
            entry.external_attr = ((stat.S_IFLNK if kind == 'link' else stat.S_IFREG) | 0o644) << 16
            archive.writestr(entry, '/etc' if kind == 'link' else 'contents')
`;
const wheels = temporaryFolder();
const wheelOf = (name: string) => join(wheels, `${name}.whl`);

beforeAll(async () => {
  const made = await runCommand('python3', ['-I', '-c', MAKE, JSON.stringify(contents)], { cwd: wheels });
  expect(made.code, made.stderr).toBe(0);
});

it('extracts only the files that the rules name', async () => {
  const folder = temporaryFolder();
  await extractWheel('python3', wheelOf('good'), { 'tensorflow/include/': `${join(folder, 'out')}/` }, {});
  expect(readFileSync(join(folder, 'out/a/b.h'), 'utf8')).toBe('contents');
  expect(readdirSync(join(folder, 'out'))).toEqual(['a']);
});

it.each([
  ['escapes', 'a name that leads outside'],
  ['dots', 'a name that leads outside'],
  ['absolute', 'an absolute name'],
  ['drive', 'an absolute name'],
  ['backslashes', 'an absolute name'],
  ['link', 'a link'],
])('unpacks nothing of an archive with a bad name: %s', async (name, why) => {
  const folder = temporaryFolder();
  const unpacking = extractWheel('python3', wheelOf(name), { '': `${join(folder, 'out')}/` }, {});
  await expect(unpacking).rejects.toThrow(`the archive holds ${why}`);
  expect(readdirSync(folder)).toEqual([]);
});

it('replaces no file', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'other'), 'mine');
  await expect(extractWheel('python3', wheelOf('good'), { 'tensorflow/': `${folder}/` }, {})).rejects.toThrow(/exists/);
  expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('mine');
});

it('runs no module of the current folder', async () => {
  const folder = temporaryFolder();
  const ran = join(folder, 'ran');
  for (const name of ['pip', 'zipfile', 'shutil'])
    writeFileSync(join(folder, `${name}.py`), `open(${JSON.stringify(ran)}, 'w')`);
  const env = { ...process.env, PYTHONPATH: folder };
  await findPython({ cwd: folder, env }).catch(() => undefined);
  await extractWheel('python3', wheelOf('good'), { '': `${join(folder, 'out')}/` }, { cwd: folder, env });
  expect(existsSync(ran)).toBe(false);
  expect(readdirSync(join(folder, 'out'))).toEqual(['tensorflow']);
});

it('refuses a given wheel of a known name with other contents', async () => {
  const folder = temporaryFolder();
  const wheel = join(folder, 'tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl');
  writeFileSync(wheel, 'damaged');
  mkdirSync(join(folder, 'staging'));
  const bringing = installTensorflow('python3', nativeTarget('cpu'), join(folder, 'staging'), { wheel });
  await expect(bringing).rejects.toMatchObject({ reason: 'wrong-checksum' });
  await expect(bringing).rejects.toThrow(/SHA-256 is 56ecd7d4/);
});
