/** Reading and writing files of ARC. For Node only; everything else is in the main entry. */
export { readArcPuzzles, type ArcPuzzlesRead } from './files/read-arc-puzzles';
export {
  readArcTestPuzzles,
  writeArcDataset,
  writeArcTestPuzzles,
  type WrittenArcDataset,
} from './files/arc-dataset-files';
export { writeArcSubmission } from './files/write-arc-submission';
