import { isDeepStrictEqual } from 'node:util';
import {
  argument,
  backendOptions,
  defineCommand,
  loadRun,
  loadRunParts,
  modelConfigOf,
  startEngine,
  Terminal,
  text,
  UsageError,
} from '@hrm/cli/internal';
import { parseSafetensors, type Safetensors } from '@hrm/files';
import { parameterValues, serializeModel } from '@hrm/models';
import { weights, weightsCards, type WeightsName } from '@hrm/weights';
import { z } from 'zod';

/** Options of `hrm-lab same-weights`. */
const sameOptions = z.strictObject({
  ...backendOptions,
  run: argument('Folder of the run that was made again').optional(),
  name: text('Shipped model, such as sudoku-6x6', { value: 'name' }),
});

/** What is not the same in two files: names of tensors, and "config". */
export function differences(one: Safetensors, other: Safetensors): string[] {
  const names = new Set([...one.tensors.keys(), ...other.tensors.keys()]);
  const differing = [...names].filter((name) => !isDeepStrictEqual(one.tensors.get(name), other.tensors.get(name)));
  const config = ({ metadata }: Safetensors): unknown => JSON.parse(metadata.get('config')!);
  return isDeepStrictEqual(config(one), config(other)) ? differing : ['config', ...differing];
}

/** Runs `hrm-lab same-weights`. */
async function sameWeights({ run, name, ...options }: z.infer<typeof sameOptions>): Promise<void> {
  if (run === undefined) throw new UsageError('RUN is missing: give the folder of a run');
  const names = Object.keys(weightsCards);
  if (!names.includes(name)) throw new UsageError(`--name: there is no model ${name}; there are ${names.join(', ')}`);
  const terminal = new Terminal(options.json);
  const loaded = await loadRunParts(run, terminal, { flag: 'RUN' });
  await startEngine(terminal, options);
  const { model, step } = await loadRun(run, 'newest', terminal, { loaded });
  const { config, puzzles } = loaded.description;
  const { precision, step: shippedStep } = weightsCards[name as WeightsName];
  const made = serializeModel(modelConfigOf(config, puzzles), await parameterValues(model), { precision });
  model.dispose();
  const shipped = parseSafetensors(await weights(name as WeightsName));
  const differing = differences(parseSafetensors(made), shipped);
  terminal.result({ run, name, step, shippedStep, same: differing.length === 0, differing });
  if (differing.length > 0) {
    throw new Error(
      `${run} at step ${step} is not ${name}, which is of step ${shippedStep}: ${differing.join(', ')} differ`,
    );
  }
  terminal.say(`${run} is ${name}, bit for bit: the config and all ${shipped.tensors.size} tensors in ${precision}.`);
}

export const sameWeightsCommand = defineCommand({
  name: 'same-weights',
  summary: 'Check that a run that was made again is a shipped model, bit for bit',
  options: sameOptions,
  examples: ['hrm-lab same-weights runs/sudoku-6x6-candidates --name sudoku-6x6'],
  run: sameWeights,
});
