import { expose, transfer } from 'comlink';
import { createEngine } from './engine';

expose(createEngine(transfer));
