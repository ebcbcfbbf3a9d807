/** Reading and writing data sets as files. For Node only; everything else is in the main entry. */
export { readDataset, type ReadDatasetOptions, readIdentifiers } from './files/read-dataset';
export { writeDataset } from './files/write-dataset';
export { type ExampleFormat, readExamples, type ReadExamplesOptions } from './files/examples/read-examples';
export type { StreamedDataset, StreamedSet } from './files/streamed-dataset';
