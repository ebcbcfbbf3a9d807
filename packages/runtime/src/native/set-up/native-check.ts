import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NativeSetupError } from '../native-setup-error';
import { runCommand, type CommandOptions } from '../run-command';

/** The result of the check. */
export interface NativeCheck {
  tensorflow: string;
  usesGpu: boolean;
}

// Written into the folder instead of run from this package, so that it also works if this package is bundled.
const CHECK = `'use strict';
const util = require('node:util');
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node-gpu');
const [sum] = tf.matMul([[1, 2, 3]], [[4], [5], [6]]).dataSync();
if (sum !== 32) throw new Error('1*4 + 2*5 + 3*6 gave ' + sum);
const { TF_Version, isUsingGpuDevice } = tf.backend().binding;
console.log('CHECK ' + JSON.stringify({ tensorflow: TF_Version, usesGpu: isUsingGpuDevice() }));
`;

/** Runs one matrix product on the installation, in a separate process because it may crash. */
export async function checkNative(folder: string, options: CommandOptions): Promise<NativeCheck> {
  const script = join(folder, 'check.cjs');
  writeFileSync(script, CHECK);
  const env = { ...(options.env ?? process.env), TF_CPP_MIN_LOG_LEVEL: '3', NODE_OPTIONS: '' };
  const result = await runCommand(process.execPath, [script], { timeoutMs: 300_000, ...options, cwd: folder, env });
  const line = result.stdout.split('\n').find((text) => text.startsWith('CHECK '));
  if (result.code !== 0 || !line) {
    const output = `${result.stdout}\n${result.stderr}`.trim();
    const message = output.split('\n').find((text) => /error/i.test(text)) ?? `exit code ${result.code}`;
    throw new NativeSetupError(
      'check-failed',
      `TensorFlow was built but does not run here: ${message.trim()}. WebAssembly works without it.`,
      output,
    );
  }
  return JSON.parse(line.slice('CHECK '.length)) as NativeCheck;
}
