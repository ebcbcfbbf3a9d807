import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownFile } from '../src/own-file';
import { nativeTarget, NATIVE_VERSIONS } from '../src/native/native-target';
import {
  hashedRequirements,
  NVIDIA_REQUIREMENTS,
  PINNED_WHEELS,
  pinnedSha256,
} from '../src/native/set-up/pinned-wheels';
import { WEBGPU_VERSIONS } from '../src/webgpu/webgpu-target';

interface Lock {
  packages: Record<string, { version: string; integrity?: string; resolved?: string }>;
}
const json = (name: string): unknown => JSON.parse(readFileSync(ownFile(name), 'utf8'));

const sets = [
  {
    name: 'npm',
    atLeast: 100,
    versions: { '@tensorflow/tfjs-node-gpu': NATIVE_VERSIONS.tfjs, 'node-api-headers': NATIVE_VERSIONS.nodeApiHeaders },
  },
  {
    name: 'webgpu',
    atLeast: 10,
    versions: { webgpu: WEBGPU_VERSIONS.webgpu, '@tensorflow/tfjs-backend-webgpu': WEBGPU_VERSIONS.tfjs },
  },
];

describe.each(sets)('the lockfile $name-lock.json', ({ name, atLeast, versions }) => {
  const { '': root, ...packages } = (json(`${name}-lock.json`) as Lock).packages;

  it('pins every package by its SHA-512, and names no registry', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(atLeast);
    for (const [path, { integrity, resolved }] of Object.entries(packages)) {
      expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(resolved, path).toBeUndefined();
    }
  });

  it('has the versions that name an installation', () => {
    expect(root).toMatchObject({ dependencies: versions });
    expect(json(`${name}-package.json`)).toMatchObject({ dependencies: versions });
    for (const [each, version] of Object.entries(versions))
      expect(packages[`node_modules/${each}`]?.version).toBe(version);
  });
});

it.each([
  ['cpu', 'linux', 'x64', 'x86_64'],
  ['cuda', 'linux', 'x64', 'x86_64'],
  ['cpu', 'linux', 'arm64', 'aarch64'],
  ['cpu', 'darwin', 'arm64', 'macosx_12_0_arm64'],
] as const)('the wheel for %s on %s %s is pinned by its SHA-256', (accelerator, platform, arch, tag) => {
  const { wheel } = nativeTarget(accelerator, { platform, arch, glibc: '2.36' });
  const requirement = `${wheel}==${NATIVE_VERSIONS.tensorflow}`;
  const files = Object.keys(PINNED_WHEELS[requirement]!).filter((file) => file.includes(tag));
  expect(files).toHaveLength(1);
  expect(hashedRequirements([requirement])).toContain(`--hash=sha256:${pinnedSha256(files[0]!)}`);
});

it("each of NVIDIA's libraries is pinned to one version and one wheel", () => {
  expect(NVIDIA_REQUIREMENTS).toHaveLength(12);
  for (const line of hashedRequirements(NVIDIA_REQUIREMENTS).trimEnd().split('\n')) {
    expect(line).toMatch(/^nvidia-[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$/);
  }
  expect(() => hashedRequirements(['numpy==1.0'])).toThrow('no pinned wheel');
});
