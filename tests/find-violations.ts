/** What axe-core finds in the page: each rule with the first element that breaks it. Runs in the page. */
export async function findViolations(): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
  const { violations } = await axe.run();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}
