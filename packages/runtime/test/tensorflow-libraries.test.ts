import { describe, expect, it } from 'vitest';
import { cudaRequirements } from '../src/tensorflow-libraries';

describe('cudaRequirements', () => {
  it('takes what the extra and-cuda asks for, and nothing else', () => {
    const metadata = [
      'Metadata-Version: 2.4',
      'Requires-Dist: absl-py>=1.0.0',
      'Provides-Extra: and-cuda',
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      "Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27.7) ; extra == 'and-cuda'",
      'Requires-Dist: tensorboard; extra == "other"',
      '',
      'Requires-Dist is told of in this text; extra == "and-cuda"',
    ].join('\n');
    expect(cudaRequirements(metadata)).toEqual([
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-nccl-cu12(<3.0,>=2.27.7)',
    ]);
    expect(cudaRequirements('')).toEqual([]);
  });
});
