export { Attention, type AttentionOptions } from './attention/attention';
export { dotProductAttention } from './attention/dot-product-attention';
export { customGradient } from './autodiff/custom-gradient';
export { matMul } from './autodiff/mat-mul';
export { registerGradients } from './autodiff/register-gradients';
export { valueAndGradients, type ValueAndGradients } from './autodiff/value-and-gradients';
export { stopGradient, withoutGradient } from './autodiff/without-gradient';
export { attentionBlock, type AttentionBlockOptions } from './blocks/attention-block';
export type { Block, BlockContext, BlockFactory } from './blocks/block';
export { convBlock, type ConvBlockOptions } from './blocks/conv-block';
export { graphAttentionBlock, type GraphAttentionBlockOptions } from './blocks/graph-attention-block';
export { makeResidual, type ResidualOptions } from './blocks/make-residual';
export { mixerBlock, type MixerBlockOptions } from './blocks/mixer-block';
export type { Residual } from './blocks/residual';
export { describeValue } from './checks/describe-value';
export { expectIterable } from './checks/expect-iterable';
export { expectDecay, expectNotNegative, expectPositiveShare, expectShare } from './checks/expect-numbers';
export { expectOptions } from './checks/expect-options';
export { expectFactory, expectPart } from './checks/expect-part';
export { expectRandom } from './checks/expect-random';
export { expectSizes } from './checks/expect-sizes';
export { ShapeError, expectShape, expectWidth } from './checks/shape-error';
export { uncompiled, callTogether, type Compile, type CompiledFunction } from './compile-option';
export { PuzzleEmbedding, type PuzzleEmbeddingOptions } from './embeddings/puzzle-embedding';
export { TokenEmbedding, type TokenEmbeddingOptions } from './embeddings/token-embedding';
export type {
  FeedForward,
  FeedForwardContext,
  FeedForwardFactory,
  FeedForwardOptions,
} from './feed-forward/feed-forward';
export { gelu, GeluMlp, type GeluMlpOptions } from './feed-forward/gelu-mlp';
export { SwiGLU, swigluInnerSize, type SwiGLUOptions } from './feed-forward/swiglu';
export { GridConvolution, type GridConvolutionOptions } from './grids/grid-convolution';
export { gridRelation, type Grid, type GridRelation, type Relation } from './grids/relation';
export { disposeAll } from './dispose-all';
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
export { Linear, type LinearOptions } from './linear';
export { mapTensors } from './map-tensors';
export { LearnedRmsNorm, type LearnedRmsNormOptions } from './norms/learned-rms-norm';
export type { Norm, NormOptions } from './norms/norm';
export { rmsNorm } from './norms/rms-norm';
export { noteVariables } from './note-variables';
export { GridRotaryEmbedding, type GridRotaryEmbeddingOptions } from './positions/grid-rotary-embedding';
export { PositionEmbedding, type PositionEmbeddingOptions } from './positions/position-embedding';
export type { PositionRotation } from './positions/position-rotation';
export { RotaryEmbedding, type RotaryEmbeddingOptions } from './positions/rotary-embedding';
export { RandomStream, type RandomState } from './random/random-stream';
export { truncatedNormal, type TruncatedNormalOptions } from './random/truncated-normal';
export { throwIfAborted } from './throw-if-aborted';
