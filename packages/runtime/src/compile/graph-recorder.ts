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
  /** The operation, for messages. */
  op: string;
}

// In tfjs-node, -1 means that the values are still in JavaScript. It never frees a negative id.
const FIRST_ID = -2;

/**
 * Builds a TensorFlow graph from the operations that TensorFlow.js issues. None is executed; TensorFlow infers the
 * shapes. Tensors of the graph have negative ids, and real tensors positive ids.
 *
 * With an earlier recorder of the same function it only compares: each operation must equal the earlier one.
 */
export class GraphRecorder {
  /** One line per operation. Constants have a digest of their values. */
  readonly log: string[] = [];
  /** Bytes of the distinct constants. */
  constantBytes = 0;
  private readonly graph: number | undefined;
  private readonly outputs: NodeOutput[] = [];
  /** The input nodes of each node. */
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

  /** The node output of an id. */
  output(id: number): NodeOutput {
    const output = this.outputs[FIRST_ID - id];
    if (!output) throw new RecordingError(`tensor ${id} belongs to another recording`);
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

  /** Adds an operation and returns its results, with ids of this graph. */
  addOperation(op: string, attributes: OpAttribute[], inputs: readonly number[]): TensorMetadata[] {
    const line = `${op}(${inputs.join()}) ${attributes.map(({ name, value }) => `${name}=${String(value)}`).join(' ')}`;
    // The same operation on the same tensors is one node, such as a transposed weight that every cycle uses. But each
    // input and each result (an Identity) needs its own node.
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
        `it runs the operation ${op}, which ${random ? 'draws random numbers: draw them before the call and pass them in' : 'has state or side effects: run it outside'}`,
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
          `the shape of the operation ${op}'s result depends on the values of a tensor, but a graph needs it in advance`,
        );
      }
      return { id: FIRST_ID - this.outputs.length - index, dtype, shape };
    });
    this.results.push(results);
    this.operations.set(line, results);
    return this.keepOutputs(op, results, added.node);
  }

  /** Adds a constant, or returns the id of an equal one. */
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

  /** Makes a TensorFlow function of the nodes that the outputs need. Returns the number of these nodes. */
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

  /** Frees the graph. Functions made from it stay usable. */
  dispose(): void {
    if (this.graph !== undefined) this.binding.graphDelete(this.graph);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Compares with the earlier recording. Returns the results recorded there. Throws at the first difference. */
  private compare(line: string, op: string): TensorMetadata[] | undefined {
    const index = this.log.push(line) - 1;
    if (!this.earlier) return undefined;
    const before = this.earlier.log[index];
    if (before === line) return this.earlier.results[index]!;
    if (op === 'Const' && before?.startsWith('constant ')) {
      throw new RecordingError(
        `a tensor of shape ${/\[.*?\]/.exec(line)![0]} made inside it had other values in a second recording: random numbers, or a number that changes from call to call. Pass it in as a tensor`,
      );
    }
    throw new RecordingError(
      `a second recording ran ${op} where the first ran ${before?.split('(')[0] ?? 'no more operations'}: its operations must depend only on its arguments`,
    );
  }

  /** Throws where the earlier recording has more operations. */
  compareEnd(): void {
    const missing = this.earlier?.log[this.log.length];
    if (missing === undefined) return;
    throw new RecordingError(
      `a second recording lacked the operation ${missing.split('(')[0]}: its operations must depend only on its arguments`,
    );
  }

  private keepOutputs(op: string, results: TensorMetadata[], node = -1): TensorMetadata[] {
    results.forEach(({ dtype, shape }, output) => this.outputs.push({ node, output, dtype, shape, op }));
    return results;
  }
}
