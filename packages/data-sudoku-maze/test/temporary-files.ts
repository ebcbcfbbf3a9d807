import { rejection } from '../../data/test/temporary-files';
import { PuzzleFileError } from '../src/files';

export { dir, fileOf } from '../../data/test/temporary-files';

/** Returns the PuzzleFileError of a promise that must reject with one. */
export const errorOf = (promise: Promise<unknown>): Promise<PuzzleFileError> => rejection(promise, PuzzleFileError);
