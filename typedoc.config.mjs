import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('packages', import.meta.url));

/** The other packages' sources, not what was built of them: then links between packages lead somewhere. */
const paths = Object.fromEntries(
  readdirSync(packages).flatMap((name) => [
    [`@hrm/${name}`, [`${packages}/${name}/src`]],
    [`@hrm/${name}/*`, [`${packages}/${name}/src/*`]],
  ]),
);

/** `npm run docs`: the reference of the packages, in docs/api. Any warning is an error. */
export default {
  name: 'HRM',
  out: 'docs/api',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  includeVersion: true,
  treatWarningsAsErrors: true,
  // The README links to folders, which are on GitHub and not in the reference.
  validation: { invalidPath: false },
  packageOptions: {
    // Not `internal`, which makes no promises.
    entryPoints: ['src/@(index|checkpoint|files|mpi|node|testing).ts'],
    compilerOptions: { paths },
    // `npm run typecheck` does that.
    skipErrorChecking: true,
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/hrm-ts/hrm/blob/main/{path}#L{line}',
    validation: { invalidPath: false, notExported: false },
  },
};
