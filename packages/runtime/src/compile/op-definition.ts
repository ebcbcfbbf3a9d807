import type { GraphBinding } from '../native/native-backend';

/** The facts of a TensorFlow operation that recording needs. */
export interface OpDefinition {
  /** Whether each input takes a list of tensors. */
  listInputs: boolean[];
  attributes: ReadonlySet<string>;
  /** Whether it keeps state, draws random numbers or has side effects. */
  stateful: boolean;
}

const definitions = new WeakMap<GraphBinding, Map<string, OpDefinition>>();

/** An operation's definition in TensorFlow's registry. */
export function opDefinition(binding: GraphBinding, op: string): OpDefinition {
  let known = definitions.get(binding);
  if (!known) definitions.set(binding, (known = new Map()));
  let definition = known.get(op);
  if (!definition) known.set(op, (definition = parseOpDefinition(binding.opDefinition(op))));
  return definition;
}

// Field numbers in TensorFlow's op_def.proto.
const OP = { inputArgument: 2, attribute: 4, isStateful: 17 };
const ARGUMENT = { numberAttribute: 5, typeListAttribute: 6 };
const ATTRIBUTE = { name: 1 };

function parseOpDefinition(bytes: Uint8Array): OpDefinition {
  const listInputs: boolean[] = [];
  const attributes = new Set<string>();
  let stateful = false;
  for (const { field, value } of protoFields(bytes)) {
    if (field === OP.inputArgument) {
      const fields = [...protoFields(value as Uint8Array)].map((inner) => inner.field);
      listInputs.push(fields.includes(ARGUMENT.numberAttribute) || fields.includes(ARGUMENT.typeListAttribute));
    } else if (field === OP.attribute) {
      const name = [...protoFields(value as Uint8Array)].find((inner) => inner.field === ATTRIBUTE.name)?.value;
      attributes.add(new TextDecoder().decode(name as Uint8Array));
    } else if (field === OP.isStateful) {
      stateful = value === 1;
    }
  }
  return { listInputs, attributes, stateful };
}

/** The fields of a protocol-buffers message: numbers for varints, bytes for the rest. */
function* protoFields(bytes: Uint8Array): Generator<{ field: number; value: number | Uint8Array }> {
  let at = 0;
  const varint = () => {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      result += (byte & 127) * scale;
      if (byte < 128) return result;
    }
  };
  const take = (length: number) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    const value = wire === 0 ? varint() : take(wire === 2 ? varint() : wire === 1 ? 8 : 4);
    yield { field, value };
  }
}
