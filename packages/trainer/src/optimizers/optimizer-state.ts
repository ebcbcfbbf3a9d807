import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '@hrm/layers';

/** What a transformation keeps from step to step. The holder of the state owns its tensors. */
export type OptimizerState = {
  /** Tensors of the transformation as a whole, such as the count of steps. */
  whole?: NamedTensors;
  /** Groups of tensors with one for each parameter, of its shape: `{ mean: { 'head.weight': ... } }`. */
  perParameter?: { [what: string]: NamedTensors };
  /** The states of the transformations that this one consists of. */
  stages?: { [stage: string]: OptimizerState };
};

/** Applies `f` to every group of tensors with one for each parameter. */
export function mapPerParameter(state: OptimizerState, f: (group: NamedTensors) => NamedTensors): OptimizerState {
  const { whole, perParameter, stages } = state;
  const mapped = <A, B>(entries: { [name: string]: A }, map: (value: A) => B) =>
    Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, map(value)]));
  return {
    ...(whole && { whole }),
    ...(perParameter && { perParameter: mapped(perParameter, f) }),
    ...(stages && { stages: mapped(stages, (stage) => mapPerParameter(stage, f)) }),
  };
}

/**
 * Every tensor of a state by its path, as files name it. The parts of a path are joined by `/`: `0/mean/head.weight` is
 * the mean of the first stage.
 */
export function namedState({ whole = {}, perParameter = {}, stages = {} }: OptimizerState): NamedTensors {
  const behind = (prefix: string, tensors: NamedTensors) =>
    Object.entries(tensors).map(([name, tensor]): [string, tf.Tensor] => [`${prefix}/${name}`, tensor]);
  return Object.fromEntries([
    ...Object.entries(whole),
    ...Object.entries(perParameter).flatMap(([what, group]) => behind(what, group)),
    ...Object.entries(stages).flatMap(([stage, state]) => behind(stage, namedState(state))),
  ]);
}

/** The inverse of {@link namedState}, for a state of the same structure as `like`. */
export function stateOfNamed(named: NamedTensors, like: OptimizerState): OptimizerState {
  const at = (prefix: string, { whole, perParameter, stages }: OptimizerState): OptimizerState => {
    const picked = (group: NamedTensors, path: string): NamedTensors =>
      Object.fromEntries(Object.keys(group).map((name) => [name, named[path + name]!]));
    const each = <A, B>(entries: { [name: string]: A }, map: (value: A, name: string) => B) =>
      Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, map(value, name)]));
    return {
      ...(whole && { whole: picked(whole, prefix) }),
      ...(perParameter && { perParameter: each(perParameter, (group, what) => picked(group, `${prefix}${what}/`)) }),
      ...(stages && { stages: each(stages, (state, stage) => at(`${prefix}${stage}/`, state)) }),
    };
  };
  return at('', like);
}
