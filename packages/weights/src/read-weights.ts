import { shippedWeights, type WeightsName } from './shipped-weights';

/**
 * Reads the file of a shipped model, and checks its SHA-256.
 *
 * @param read reads the bytes at a URL.
 * @throws RangeError for an unknown name; Error if the file cannot be read or is not the one that was published.
 */
export async function readWeights(
  name: WeightsName,
  read: (url: URL) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!Object.hasOwn(shippedWeights, name)) {
    throw new RangeError(
      `weights: there is no model ${JSON.stringify(name)}; expected one of ${Object.keys(shippedWeights).join(', ')}`,
    );
  }
  const { card, url } = shippedWeights[name];
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await read(url);
  } catch (cause) {
    const hint = 'a bundler must copy the files of @hrm/weights that its modules name by `new URL`';
    throw new Error(`weights: ${url.href} cannot be read: ${(cause as Error).message}; ${hint}`, { cause });
  }
  const { subtle } = globalThis.crypto;
  if (!subtle) {
    throw new Error('weights: the browser checks no SHA-256 here; serve the page by https, or from localhost');
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (sha256 === card.sha256) return bytes;
  throw new Error(
    `weights: ${url.href} is not the published file of ${name}: it has ${bytes.length} bytes with SHA-256 ${sha256}, ` +
      `expected ${card.bytes} with ${card.sha256}; install @hrm/weights again`,
  );
}
