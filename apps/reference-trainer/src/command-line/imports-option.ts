import { toggle } from './options';

/** The option of every command that opens a run: whether modules that it imports may be executed. */
export const importsOption = {
  allowImports: toggle('Execute the modules that the run or config imports, and know them from now on'),
};
