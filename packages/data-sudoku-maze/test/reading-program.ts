import * as files from '../src/files';

/** Reads a file and prints how many puzzles it has and by how many bytes the process has grown at most. */
const [reader, path, options] = process.argv.slice(2) as ['readMazeCsv', string, string];
const before = process.resourceUsage().maxRSS;
const { length } = await files[reader](path, JSON.parse(options) as object);
console.log(JSON.stringify({ length, growth: (process.resourceUsage().maxRSS - before) * 1024 }));
