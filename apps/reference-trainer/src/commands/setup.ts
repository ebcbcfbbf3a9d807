import { NativeSetupError, selectBackend, setUpNative, setUpWebGpu, type NativeSetupProgress } from '@hrm/runtime';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { toggle } from '../command-line/options';
import { jsonOption } from '../command-line/shared-options';
import { withPrintedCommands } from '../command-line/printed-command';
import { describeSeconds } from '../terminal/describe-seconds';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm setup`. */
const setupOptions = z.strictObject({
  gpu: toggle('Install the CUDA build even if no NVIDIA GPU is found'),
  webgpu: toggle('Set up WebGPU instead, for GPUs of any maker (50 MB to download)'),
  orFallBack: toggle('Succeed even if the set-up fails: WebAssembly is used then'),
  json: jsonOption,
});

/** Runs `hrm setup`. */
async function setup({ gpu, webgpu, orFallBack, json }: z.infer<typeof setupOptions>): Promise<void> {
  const terminal = new Terminal(json);
  const started = performance.now();
  let failure: NativeSetupError | undefined;
  let [lastStage, shownAt] = ['', 0];
  const onProgress = ({ stage, detail, bytes: done, totalBytes, seconds }: NativeSetupProgress) => {
    const isDue = performance.now() - shownAt > 5000;
    if (stage === lastStage && !isDue) return;
    [lastStage, shownAt] = [stage, performance.now()];
    const downloaded =
      done === undefined ? '' : ` ${Math.round(done / 1e6)} of about ${Math.round((totalBytes ?? 0) / 1e6)} MB`;
    terminal.say(`  [${describeSeconds(seconds)}] ${detail}${downloaded}`);
  };
  const what = webgpu ? 'WebGPU' : 'native TensorFlow';
  try {
    const { folder, bytes } = webgpu
      ? await setUpWebGpu({ onProgress })
      : await setUpNative({ ...(gpu && { gpu }), onProgress });
    terminal.say(
      `${webgpu ? what : 'Native TensorFlow'} is set up in ${folder} (${Math.round(bytes / 1e6)} MB, ${describeSeconds((performance.now() - started) / 1000)}).`,
    );
  } catch (error) {
    if (!(error instanceof NativeSetupError)) throw error;
    failure = error;
    terminal.say(`No ${what}: ${error.message}`);
  }
  const { name, why, hint } = await selectBackend();
  terminal.say(`Backend: ${why}`);
  if (hint) terminal.say(withPrintedCommands(hint));
  terminal.result({ backend: name, why, ...(failure && { reason: failure.reason, message: failure.message }) });
  if (failure && !orFallBack) process.exitCode = 1;
}

export const setupCommand = defineCommand({
  name: 'setup',
  summary: 'Set up native TensorFlow, or WebGPU, in the per-user cache',
  options: setupOptions,
  examples: ['hrm setup', 'hrm setup --webgpu'],
  run: setup,
});
