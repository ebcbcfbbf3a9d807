import { version_core } from '@tensorflow/tfjs-core';
import app from '../../package.json';

/** What computes here, for the record: a run is exact only on the same versions. */
export const versions = { hrm: app.version, 'tfjs-core': version_core, node: process.versions.node };
