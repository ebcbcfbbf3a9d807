/** The name of a part of the drawn architecture. */
export type PartName = 'f_I' | 'f_L' | 'f_H' | 'f_O' | 'q-head' | 'detach' | 'extra pass';

/** A part, in two sentences and in the code. */
export interface Part {
  title: string;
  text: string;
  /** The beginnings of its lines in examples/by-hand.ts. */
  lines: readonly string[];
  /** What to mark within them. Default: nothing more. */
  words?: string;
}

const near = 'const near = withoutGradient';
const next = 'const next = core.fH(core.fL(near, x))';

/** Every part of the architecture. */
export const parts: Readonly<Record<PartName, Part>> = {
  f_I: {
    title: 'f_I embeds the puzzle',
    text: 'Each cell becomes a vector, as wide as the latents. The same vectors are added at every f_L, so the puzzle is never forgotten.',
    lines: ['const x = tf.mul(embedding.apply(inputs)'],
  },
  f_L: {
    title: 'f_L refines zL, fast',
    text: 'The fast module computes a new zL from zL, zH and the puzzle. It runs several times before f_H moves once.',
    lines: [near, next],
    words: 'core.fL',
  },
  f_H: {
    title: 'f_H moves zH, slowly',
    text: 'The slow module takes up what f_L has found, and writes it into zH. The answer is read from zH alone.',
    lines: [near, next],
    words: 'core.fH',
  },
  f_O: {
    title: 'f_O reads the answer',
    text: 'It turns zH into a number for each digit of each cell. The board shows their softmax: how sure the model is.',
    lines: ['return { z: next, logits: outputHead.apply(next.zH)'],
    words: 'outputHead.apply(next.zH)',
  },
  'q-head': {
    title: 'The q-head decides when to halt',
    text: 'It estimates from zH whether the answer is right (halt), and whether it will be if the model goes on (continue). The model stops where halt is greater.',
    lines: ['const [halt, goOn] = tf.unstack(qHead.apply', 'if (tf.all(tf.greater(auxiliary.halt'],
  },
  detach: {
    title: 'Detach: each segment learns for itself',
    text: 'The next segment starts from these latents as constants, so no gradient flows back into this one. Training therefore needs the memory of one segment, however many there are.',
    lines: ['z = auxiliary.z; // detached'],
  },
  'extra pass': {
    title: 'The extra forward pass',
    text: 'In training, one more segment runs without gradient. The greater of its two values is what the continue value of this segment should have been.',
    lines: ['const next = hrm(now.z, x); // the extra forward pass', 'const target = tf.sigmoid('],
  },
};
