/** Reading and writing data sets as files. For Node only; everything else is in the main entry. */
export { readDataset, type ReadDatasetOptions, readIdentifiers, writeDataset } from './files/dataset-files';
