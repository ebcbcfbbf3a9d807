import { billOfMaterials } from '../pack.mjs';
import { run } from './processes.mjs';

/** Licences under which others may use the packages in whatever they make. */
const allowed = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];

/** The dependencies of a project with our packages, and ours, whose licence is not on the list. */
export async function faultsOfLicences(folder) {
  const { components } = JSON.parse(await billOfMaterials(folder));
  const faults = unlicensed(components);
  return faults.length > 0 ? faults : `${components.length} packages`;
}

/** The components of a bill of materials whose licence is not on the list. */
export function unlicensed(components) {
  if (components.length === 0) throw new Error('The bill of materials is empty');
  return components.flatMap(({ name, version, licenses = [] }) => {
    const found = licenses.map(({ license, expression }) => expression ?? license.id ?? license.name);
    const words = found.flatMap((text) => text.split(/\s+(?:AND|OR)\s+|[()]/)).filter((word) => word !== '');
    if (words.length > 0 && words.every((word) => allowed.includes(word))) return [];
    return [`${name} ${version}: its licence, ${found.join(', ') || 'which it does not name'}, is not on the list`];
  });
}

/**
 * Whether a dependency has a known hole, of level high or worse, by the registry that the user's npm is set to: ours has
 * no list of them.
 *
 * @returns {Promise<'none' | 'unknown'>} `unknown` where that registry has no list either, as many mirrors.
 * @throws {Error} with npm's report, if there is one.
 */
export async function knownHoles(folder, { env, upstream }) {
  const words = ['audit', '--omit', 'dev', '--audit-level', 'high'];
  try {
    await run('npm', words, { cwd: folder, env: { ...env, npm_config_registry: upstream } });
    return 'none';
  } catch (error) {
    if (error.message.includes('audit endpoint returned an error')) return 'unknown';
    throw error;
  }
}
