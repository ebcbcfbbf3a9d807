import { RandomStream } from '../random/random-stream';
import { describeValue } from './describe-value';

/**
 * Throws unless a value is a stream of random numbers.
 *
 * @param owner the function or class that needs it, for the message.
 * @throws TypeError if it is not.
 */
export function expectRandom(owner: string, random: RandomStream): void {
  const drawn: unknown = random;
  if (drawn instanceof RandomStream || typeof (drawn as Partial<RandomStream> | undefined)?.normal === 'function')
    return;
  throw new TypeError(
    `${owner}: random is ${describeValue(drawn)}, expected a RandomStream, such as random: new RandomStream(0)`,
  );
}
