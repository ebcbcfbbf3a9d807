export { Attention, type AttentionOptions } from './attention';
export { AttentionBlock, attentionBlock, type AttentionBlockOptions } from './attention-block';
export type { Block, BlockContext, BlockFactory } from './block';
export { convBlock, type ConvBlockOptions } from './conv-block';
export { dotProductAttention } from './dot-product-attention';
export { describeValue } from './describe-value';
export { expectOptions } from './expect-options';
export { expectFactory, expectPart } from './expect-part';
export { expectRandom } from './expect-random';
export { expectSizes } from './expect-sizes';
export type { FeedForward, FeedForwardContext, FeedForwardFactory, FeedForwardOptions } from './feed-forward';
export { gelu, GeluMlp, type GeluMlpOptions } from './gelu-mlp';
export { graphAttentionBlock, type GraphAttentionBlockOptions } from './graph-attention-block';
export { GridConvolution, type GridConvolutionOptions } from './grid-convolution';
export { GridRotaryEmbedding, type GridRotaryEmbeddingOptions } from './grid-rotary-embedding';
export { asItIs, callTogether, type Compile, type CompiledFunction } from './compile-option';
export {
  countParameters,
  disposeParameters,
  namedParameters,
  type Layer,
  type NamedParameters,
  type ParameterTree,
} from './layer';
export { LearnedRmsNorm, type LearnedRmsNormOptions } from './learned-rms-norm';
export { Linear, type LinearOptions } from './linear';
export { mapTensors } from './map-tensors';
export { matMul } from './mat-mul';
export { MixerBlock, mixerBlock, type MixerBlockOptions } from './mixer-block';
export type { Norm, NormOptions } from './norm';
export { noteVariables } from './note-variables';
export { PositionEmbedding, type PositionEmbeddingOptions } from './position-embedding';
export type { PositionRotation } from './position-rotation';
export { PostNorm } from './post-norm';
export { PreNorm, type PreNormOptions } from './pre-norm';
export { PuzzleEmbedding, type PuzzleEmbeddingOptions } from './puzzle-embedding';
export { RandomStream, type RandomState } from './random-stream';
export { registerGradients } from './register-gradients';
export { gridRelation, type Grid, type GridRelation, type Relation } from './relation';
export type { Residual, ResidualOptions } from './residual';
export { rmsNorm } from './rms-norm';
export { RotaryEmbedding, type RotaryEmbeddingOptions } from './rotary-embedding';
export { ShapeError, expectShape, expectWidth } from './shape-error';
export { SwiGLU, swigluInnerSize, type SwiGLUOptions } from './swiglu';
export { TokenEmbedding, type TokenEmbeddingOptions } from './token-embedding';
export { truncatedNormal, type TruncatedNormalOptions } from './truncated-normal';
export { valueAndGradients, type ValueAndGradients } from './value-and-gradients';
export { stopGradient, withoutGradient } from './without-gradient';
