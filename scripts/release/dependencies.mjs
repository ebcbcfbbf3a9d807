import { billOfMaterials } from '../pack.mjs';
import { run } from './processes.mjs';

/** Licences under which others may use the packages in whatever they make. */
const allowed = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];

/** What is wrong with anything that a project with our packages installs. */
export async function faultsOfDependencies(folder, { env, upstream }) {
  const { components } = JSON.parse(await billOfMaterials(folder));
  if (components.length === 0) throw new Error('The bill of materials is empty');
  const unlicensed = components.flatMap(({ name, version, licenses = [] }) => {
    const found = licenses.map(({ license, expression }) => expression ?? license.id ?? license.name);
    const words = found.flatMap((text) => text.split(/\s+(?:AND|OR)\s+|[()]/)).filter((word) => word !== '');
    if (words.length > 0 && words.every((word) => allowed.includes(word))) return [];
    return [`${name} ${version}: its licence, ${found.join(', ') || 'which it does not name'}, is not on the list`];
  });
  // Of the registry that the user's npm is set to: ours has no list of known holes.
  const audit = ['audit', '--omit', 'dev', '--audit-level', 'high', '--registry', upstream];
  await run('npm', audit, { cwd: folder, env: { ...env, npm_config_registry: upstream } });
  return unlicensed.length > 0 ? unlicensed : `${components.length} packages`;
}
