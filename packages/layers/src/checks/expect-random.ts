import { RandomStream } from '../random/random-stream';
import { describeValue } from './describe-value';

/**
 * Throws unless there is a stream to draw random numbers from.
 *
 * @param owner named in the error.
 * @throws TypeError
 */
export function expectRandom(owner: string, random: RandomStream): void {
  const drawn: unknown = random;
  if (drawn instanceof RandomStream || typeof (drawn as Partial<RandomStream> | undefined)?.normal === 'function')
    return;
  throw new TypeError(
    `${owner}: random is ${describeValue(drawn)}, expected a RandomStream, such as random: new RandomStream(0)`,
  );
}
