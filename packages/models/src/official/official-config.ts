import type { Precision } from '@hrm/layers';
import type { ModelConfig } from '../config/model-config';
import type { Positions } from '../config/positions';

/** The architecture of an official HRM or TRM: keys of its `all_config.yaml` and pydantic models. */
export interface OfficialConfig {
  seq_len: number;
  vocab_size: number;
  num_puzzle_identifiers: number;
  puzzle_emb_ndim?: number;
  H_cycles: number;
  L_cycles: number;
  H_layers: number;
  L_layers: number;
  hidden_size: number;
  expansion: number;
  num_heads: number;
  pos_encodings: string;
  rms_norm_eps?: number;
  rope_theta?: number;
  halt_max_steps: number;
  halt_exploration_prob: number;
  /** Default `'bfloat16'`, as in the official code. */
  forward_dtype?: string;
  /** TRM: a SwiGLU over positions instead of attention. */
  mlp_t?: boolean;
  /** TRM: positions of the puzzle embedding; 0 computes the number from its size. */
  puzzle_emb_len?: number;
  /** TRM: no continue loss. */
  no_ACT_continue?: boolean;
}

/**
 * Converts an official architecture to our config.
 *
 * @example
 * ```ts
 * import { modelConfigFromOfficial } from '@hrm/models';
 *
 * const config = modelConfigFromOfficial('hrm', {
 *   seq_len: 81, vocab_size: 11, num_puzzle_identifiers: 1, puzzle_emb_ndim: 512, H_cycles: 2, L_cycles: 2,
 *   H_layers: 4, L_layers: 4, hidden_size: 512, expansion: 4, num_heads: 8, pos_encodings: 'rope',
 *   halt_max_steps: 16, halt_exploration_prob: 0.1,
 * });
 * console.log(config.schedule.type); // one-step-gradient
 * ```
 */
export function modelConfigFromOfficial(family: 'hrm' | 'trm', official: OfficialConfig): ModelConfig {
  const size = official.puzzle_emb_ndim ?? 0;
  const isTrm = family === 'trm';
  const positions = isTrm ? (official.puzzle_emb_len ?? 16) : 0;
  const common = { expansion: official.expansion, normEpsilon: official.rms_norm_eps ?? 1e-5 };
  const haltOnly = isTrm && (official.no_ACT_continue ?? true);
  return {
    family,
    vocabSize: official.vocab_size,
    seqLen: official.seq_len,
    hiddenSize: official.hidden_size,
    hLayers: isTrm ? undefined : official.H_layers,
    lLayers: official.L_layers,
    block: official.mlp_t ? { type: 'mixer', ...common } : { type: 'attention', heads: official.num_heads, ...common },
    schedule: {
      type: isTrm ? 'full-recursion' : 'one-step-gradient',
      hCycles: official.H_cycles,
      lCycles: official.L_cycles,
    },
    halting: {
      type: haltOnly ? 'halt-only' : 'q-learning',
      maxSegments: official.halt_max_steps,
      exploration: official.halt_exploration_prob,
    },
    positions: official.pos_encodings as Positions,
    ropeTheta: official.rope_theta ?? 10_000,
    precision: (official.forward_dtype ?? 'bfloat16') as Precision,
    puzzleEmbedding:
      size > 0 ? { puzzles: official.num_puzzle_identifiers, size, ...(positions > 0 && { positions }) } : undefined,
  };
}
