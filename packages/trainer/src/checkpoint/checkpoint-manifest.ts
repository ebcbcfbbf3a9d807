import { createHash } from 'node:crypto';
import { FileFormatError, parseJsonObject } from '@hrm/files';
import type { FileFacts } from '@hrm/files/node';

/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The manifest of a checkpoint: its state and metric, and the length and SHA-256 of each file. */
export interface CheckpointManifest {
  readonly step: number;
  /** The quality of the weights, if measured. Higher is better. */
  readonly metric: number | undefined;
  /** The other files, by name. */
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly state: JsonValue;
}

/** The name of the manifest in the folder of a checkpoint. */
export const manifestName = 'manifest.json';

/** Larger manifests are not read. */
export const manifestLimit = 64 * 2 ** 20;

const format = 'hrm-checkpoint';
const version = 1;

/** The pattern of a checkpoint's file names. */
const fileName = /^[a-z][a-z0-9_-]{0,99}\.safetensors$/;

/** Writes the manifest as a file. It ends with the SHA-256 of its contents, which shows damage. */
export function serializeManifest({ step, metric, files, state }: CheckpointManifest): Uint8Array {
  const document = { format, version, step, metric: metric ?? null, files: Object.fromEntries(files), state };
  const body = new TextEncoder().encode(JSON.stringify(document, null, 2).slice(0, -'\n}'.length));
  return Buffer.concat([body, seal(body)]);
}

/** Reads a manifest. @throws FileFormatError if any byte is wrong. */
export function parseManifest(bytes: Uint8Array, path: string): CheckpointManifest {
  const fail = (problem: string, expected: string, offset?: number): never => {
    throw new FileFormatError({ path, offset, problem, expected });
  };
  const bodyBytes = bytes.byteLength - seal(new Uint8Array()).byteLength;
  const body = bytes.subarray(0, Math.max(0, bodyBytes));
  if (bodyBytes < 0 || Buffer.compare(bytes.subarray(bodyBytes), seal(body)) !== 0) {
    fail('the manifest is damaged or cut short', 'its own SHA-256 at its end', Math.max(0, bodyBytes));
  }
  const document = parseJsonObject(Buffer.concat([body, Buffer.from('}')]), {
    path,
    what: 'the manifest',
  }) as JsonObject;
  if (document.format !== format) fail(`the format is ${JSON.stringify(document.format)}`, `"${format}"`);
  if (document.version !== version) {
    fail(
      `the format has version ${JSON.stringify(document.version)}`,
      `${version}; use the @hrm/trainer that wrote it`,
    );
  }
  const { step, metric, files, state } = document;
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0)
    return fail('the step is wrong', 'an integer');
  if (metric !== null && typeof metric !== 'number') return fail('the metric is wrong', 'a number or null');
  if (!isObject(files)) return fail('the list of files is missing', 'an object');
  if (state === undefined) return fail('the state is missing', 'a value');
  return { step, metric: metric ?? undefined, files: parseFiles(files, fail), state };
}

function parseFiles(files: JsonObject, fail: (problem: string, expected: string) => never): Map<string, FileFacts> {
  const facts = new Map<string, FileFacts>();
  for (const [name, file] of Object.entries(files)) {
    if (!isFileName(name))
      fail(`the file name ${JSON.stringify(name)} is not allowed`, 'one such as "weights.safetensors"');
    const { bytes, sha256 } = isObject(file) ? file : {};
    const isHash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0 || !isHash) {
      return fail(`the entry of "${name}" is wrong`, 'its length and SHA-256');
    }
    facts.set(name, { bytes, sha256 });
  }
  return facts;
}

/** Whether a file of a checkpoint may have this name. Excludes paths and hidden names. */
export function isFileName(name: string): boolean {
  return fileName.test(name);
}

/** Checks that JSON can hold `value`. Throws a TypeError with the place of an undefined, a NaN or a Map. */
export function expectJsonValue(value: unknown, place = 'state'): asserts value is JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) return value.forEach((item, i) => expectJsonValue(item, `${place}[${i}]`));
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
    return Object.entries(value).forEach(([key, item]) => expectJsonValue(item, `${place}.${key}`));
  }
  const shown = typeof value === 'object' ? `a ${value.constructor.name}` : String(value);
  throw new TypeError(`${place} is ${shown}, which JSON cannot hold; expected plain objects, arrays, strings, numbers`);
}

/** The end of the file after `body`. */
function seal(body: Uint8Array): Uint8Array {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return new TextEncoder().encode(`,\n  "sha256": "${sha256}"\n}\n`);
}

type JsonObject = { readonly [key: string]: JsonValue };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
