// How a changelog reads: the text of each changeset, without hashes, and without a list of raised dependencies, which
// package.json has.
module.exports = {
  getReleaseLine: async ({ summary }) => `${summary}\n`,
  getDependencyReleaseLine: async () => '',
};
