// A layer, its parameters, and where their first values come from.
export {
  countParameters,
  disposeParameters,
  namedParameters,
  parameterKinds,
  type Layer,
  type NamedParameters,
  type ParameterKind,
  type ParameterTree,
} from './layer';
export { RandomStream, type RandomStreamState } from './random/random-stream';
export { truncatedNormal, type TruncatedNormalOptions } from './random/truncated-normal';

// Blocks: what a reasoning module stacks.
export type { Block, BlockContext, BlockFactory } from './blocks/block';
export { attentionBlock, type AttentionBlockOptions } from './blocks/attention-block';
export { mixerBlock, type MixerBlockOptions } from './blocks/mixer-block';
export { poolingBlock, type PoolingBlockOptions } from './blocks/pooling-block';
export { cellularBlock, type CellularBlockOptions } from './blocks/cellular-block';
export { convBlock, type ConvBlockOptions } from './blocks/conv-block';
export { graphAttentionBlock, type GraphAttentionBlockOptions } from './blocks/graph-attention-block';
export { gridRelation, type Grid, type GridRelation, type Relation } from './grids/relation';

// Parts of blocks.
export { Linear, type LinearOptions } from './linear';
export { Attention, type AttentionOptions } from './attention/attention';
export { dotProductAttention } from './attention/dot-product-attention';
export { AxisPooling, type AxisPoolingOptions } from './grids/axis-pooling';
export { GridConvolution, type GridConvolutionOptions } from './grids/grid-convolution';
export type {
  FeedForward,
  FeedForwardContext,
  FeedForwardFactory,
  FeedForwardOptions,
} from './feed-forward/feed-forward';
export { gelu, GeluMlp, type GeluMlpOptions } from './feed-forward/gelu-mlp';
export { SwiGLU, type SwiGLUOptions } from './feed-forward/swiglu';
export type { Norm, NormOptions } from './norms/norm';
export { rmsNorm } from './norms/rms-norm';
export { LearnedRmsNorm, type LearnedRmsNormOptions } from './norms/learned-rms-norm';
export type { Residual } from './blocks/residual';
export { makeResidual, type ResidualOptions } from './blocks/make-residual';

// Embeddings of tokens, puzzles and positions.
export { TokenEmbedding, type TokenEmbeddingOptions } from './embeddings/token-embedding';
export { PuzzleEmbedding, type PuzzleEmbeddingOptions } from './embeddings/puzzle-embedding';
export { PositionEmbedding, type PositionEmbeddingOptions } from './positions/position-embedding';
export type { PositionRotation } from './positions/position-rotation';
export { RotaryEmbedding, type RotaryEmbeddingOptions } from './positions/rotary-embedding';
export { GridRotaryEmbedding, type GridRotaryEmbeddingOptions } from './positions/grid-rotary-embedding';

// Gradients.
export { valueAndGradients, type ValueAndGradients } from './autodiff/value-and-gradients';
export { stopGradient, withoutGradient } from './autodiff/without-gradient';
export { customGradient } from './autodiff/custom-gradient';
export { hasBfloat16, matMul } from './autodiff/mat-mul';
export { inPrecision, PRECISIONS, type Precision } from './autodiff/precision';
export { registerGradients } from './autodiff/register-gradients';

// Containers of tensors, their shapes, and the compilation of functions of them.
export { disposeAll } from './dispose-all';
export type { NamedTensors } from './named-tensors';
export { mapTensors } from './map-tensors';
export { ShapeError, expectShape, expectWidth } from './checks/shape-error';
export { uncompiled, type Compile, type CompiledFunction } from './compile-option';
