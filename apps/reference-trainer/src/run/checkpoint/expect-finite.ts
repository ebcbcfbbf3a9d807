import type { NamedHostTensors } from '@hrm/files';

/**
 * Makes sure that all numbers are finite. A model with others gives no answers, and further training does not help.
 *
 * @param what for the error, such as `runs/first, checkpoint of step 500`.
 * @throws Error that names the tensors.
 */
export function expectFinite(what: string, files: Readonly<Record<string, NamedHostTensors>>): void {
  const bad: string[] = [];
  for (const [file, tensors] of Object.entries(files)) {
    for (const [name, { data }] of tensors) {
      if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
      let count = 0;
      for (const value of data) if (!Number.isFinite(value)) count++;
      if (count > 0) bad.push(`${name} of ${file} (${count} of ${data.length})`);
    }
  }
  if (bad.length === 0) return;
  const more = bad.length > 3 ? ` and ${bad.length - 3} more` : '';
  throw new Error(
    `${what}: numbers are infinite or NaN in ${bad.slice(0, 3).join(', ')}${more}; ` +
      'such a model cannot be used. Take another checkpoint, or train again with a lower learning rate',
  );
}
