import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBinding, OpAttribute, TensorMetadata } from '../native/native-backend';
import { opDefinition } from './op-definition';
import { RecordingError } from './recording-error';

/** An output of a node in the graph. */
export interface NodeOutput {
  node: number;
  output: number;
  dtype: number;
  shape: number[];
  /** The operation it comes from, for messages. */
  op: string;
}

// tfjs-node takes -1 for 'values not handed over yet', and never frees a negative id.
const FIRST_ID = -2;

/**
 * A TensorFlow graph in the making. Operations are added as TensorFlow.js issues them; none is carried out: TensorFlow
 * infers the shapes. Tensors in it go by negative ids, where those of real tensors are positive.
 *
 * Given an earlier recorder of the same function, it only compares: each operation must be the one recorded there.
 */
export class GraphRecorder {
  /** One line an operation, constants with a digest of their values. */
  readonly log: string[] = [];
  /** Bytes of the constants, equal ones counted once. */
  constantBytes = 0;
  private readonly graph: number | undefined;
  private readonly outputs: NodeOutput[] = [];
  /** The nodes that each node takes its inputs from. */
  private readonly inputsOf: number[][] = [];
  private readonly results: TensorMetadata[][] = [];
  private readonly constants = new Map<string, number>();
  private readonly operations = new Map<string, TensorMetadata[]>();

  constructor(
    private readonly binding: GraphBinding,
    private readonly earlier?: GraphRecorder,
  ) {
    this.graph = earlier ? undefined : binding.graphCreate();
  }

  /** The output that an id stands for. */
  output(id: number): NodeOutput {
    const output = this.outputs[FIRST_ID - id];
    if (!output) throw new RecordingError(`tensor ${id} is of another recording`);
    return output;
  }

  get nodeCount(): number {
    return this.inputsOf.length;
  }

  /** Adds an input of the function. */
  addInput(dtype: number, shape: number[]): number {
    const { TF_ATTR_TYPE, TF_ATTR_SHAPE } = this.binding;
    const attributes = [
      { name: 'dtype', type: TF_ATTR_TYPE, value: dtype },
      { name: 'shape', type: TF_ATTR_SHAPE, value: shape },
    ];
    return this.addOperation('Placeholder', attributes, [])[0]!.id;
  }

  /** Adds an operation; returns what it gives, with ids of this graph. */
  addOperation(op: string, attributes: OpAttribute[], inputs: readonly number[]): TensorMetadata[] {
    const line = `${op}(${inputs.join()}) ${attributes.map(({ name, value }) => `${name}=${String(value)}`).join(' ')}`;
    // The same operation on the same tensors gives the same: a transposed weight used in every cycle is one node. But inputs
    // and results, which are Identity nodes, are told apart.
    const shareable = op !== 'Placeholder' && op !== 'Identity';
    const same = shareable ? this.operations.get(line) : undefined;
    if (same) return same;
    const recorded = this.compare(line, op);
    if (recorded) {
      this.operations.set(line, recorded);
      return this.keepOutputs(op, recorded);
    }
    const definition = opDefinition(this.binding, op);
    if (definition.stateful && op !== 'Placeholder') {
      const random = /random|multinomial|normal/i.test(op);
      throw new RecordingError(
        `it runs the operation ${op}, which ${random ? 'draws random numbers: draw them before and pass them in' : 'has state or side effects: run it outside'}`,
      );
    }
    const singles = definition.listInputs.filter((list) => !list).length;
    const listLengths = definition.listInputs.map((list) => (list ? inputs.length - singles : -1));
    const flat = inputs.flatMap((id) => {
      const { node, output } = this.output(id);
      return [node, output];
    });
    const known = attributes.filter(({ name }) => definition.attributes.has(name));
    let added;
    try {
      added = this.binding.graphAddNode(this.graph!, op, flat, listLengths, known);
    } catch (error) {
      throw new RecordingError(`the operation ${op} cannot be recorded: ${(error as Error).message}`, { cause: error });
    }
    this.inputsOf[added.node] = inputs.map((id) => this.output(id).node);
    const results = added.outputs.map(({ dtype, shape }, index) => {
      if (!shape || shape.some((size) => size < 0)) {
        throw new RecordingError(
          `the shape of what the operation ${op} gives depends on the values in a tensor, and a graph needs it beforehand`,
        );
      }
      return { id: FIRST_ID - this.outputs.length - index, dtype, shape };
    });
    this.results.push(results);
    this.operations.set(line, results);
    return this.keepOutputs(op, results, added.node);
  }

  /** Adds a constant, or finds the equal one already there. */
  addConstant(dtype: number, shape: number[], values: tf.TypedArray): number {
    if (values.length > 16 && values.every((value) => value === values[0])) {
      const dims = this.addConstant(this.binding.TF_INT32, [shape.length], Int32Array.from(shape));
      const value = this.addConstant(dtype, [], values.slice(0, 1));
      return this.addOperation('Fill', [], [dims, value])[0]!.id;
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const digest = createHash('sha1').update(bytes).digest('base64');
    const line = `constant ${dtype}[${shape.join()}] ${digest}`;
    const known = this.constants.get(line);
    if (known !== undefined) return known;
    const recorded = this.compare(line, 'Const');
    if (recorded) {
      const [{ id }] = this.keepOutputs('Const', recorded) as [TensorMetadata];
      this.constants.set(line, id);
      return id;
    }
    const node = this.binding.graphAddConstant(this.graph!, dtype, shape, values);
    this.inputsOf[node] = [];
    const result = { id: FIRST_ID - this.outputs.length, dtype, shape };
    this.results.push([result]);
    this.keepOutputs('Const', [result], node);
    this.constantBytes += values.byteLength;
    this.constants.set(line, result.id);
    return result.id;
  }

  /** Makes the graph a function that TensorFlow runs by its name, of the nodes that its outputs need. Returns their number. */
  finish(name: string, inputs: readonly number[], outputs: readonly number[]): number {
    const needed = new Set<number>();
    const pending = outputs.map((id) => this.output(id).node);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (needed.has(node)) continue;
      needed.add(node);
      pending.push(...this.inputsOf[node]!);
    }
    const flat = (ids: readonly number[]) => ids.flatMap((id) => [this.output(id).node, this.output(id).output]);
    const given = new Set(inputs.map((id) => this.output(id).node));
    const body = [...needed].filter((node) => !given.has(node)).sort((a, b) => a - b);
    this.binding.graphToFunction(this.graph!, name, body, flat(inputs), flat(outputs));
    return body.length;
  }

  /** Frees the graph. A function made of it lives on. */
  dispose(): void {
    if (this.graph !== undefined) this.binding.graphDelete(this.graph);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Throws where this recording departs from the earlier one; else returns what was recorded there. */
  private compare(line: string, op: string): TensorMetadata[] | undefined {
    const index = this.log.push(line) - 1;
    if (!this.earlier) return undefined;
    const before = this.earlier.log[index];
    if (before === line) return this.earlier.results[index]!;
    if (op === 'Const' && before?.startsWith('constant ')) {
      throw new RecordingError(
        `a tensor made inside it of shape ${/\[.*?\]/.exec(line)![0]} held other values when it was recorded a second time: random numbers, or a number that changes from call to call. Pass it in as a tensor`,
      );
    }
    throw new RecordingError(
      `recorded a second time it did ${op} where it had done ${before?.split('(')[0] ?? 'nothing more'}: what it does must depend on its arguments only`,
    );
  }

  /** Throws when the earlier recording went on longer than this one. */
  compareEnd(): void {
    const missing = this.earlier?.log[this.log.length];
    if (missing === undefined) return;
    throw new RecordingError(
      `recorded a second time it left out the operation ${missing.split('(')[0]}: what it does must depend on its arguments only`,
    );
  }

  private keepOutputs(op: string, results: TensorMetadata[], node = -1): TensorMetadata[] {
    results.forEach(({ dtype, shape }, output) => this.outputs.push({ node, output, dtype, shape, op }));
    return results;
  }
}
