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

/** The first half of `npm run docs`: the reference of the packages as pages of apps/site. Any warning is an error. */
export default {
  name: 'Reference',
  plugin: ['typedoc-plugin-markdown', './apps/site/src/typedoc-source-links.mjs'],
  out: 'docs/api',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  // A package's README is a page of its own.
  readme: 'none',
  includeVersion: false,
  treatWarningsAsErrors: true,
  packageOptions: {
    // Not `internal`, which makes no promises.
    entryPoints: ['src/@(index|checkpoint|files|mpi|node|testing).ts'],
    readme: 'none',
    compilerOptions: { paths },
    // `npm run typecheck` does that.
    skipErrorChecking: true,
    disableGit: true,
    sourceLinkTemplate: 'source:{path}#L{line}',
    validation: { notExported: false },
  },
  // With the first sentence of each.
  indexFormat: 'table',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hideGroupHeadings: true,
  useCodeBlocks: true,
  tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true, leftAlignHeaders: true },
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
};
