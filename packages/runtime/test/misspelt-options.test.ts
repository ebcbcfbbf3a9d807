import { expect, it } from 'vitest';
import { compile as compileInBrowser } from '../src/browser/compile';
import { selectBackend as selectInBrowser } from '../src/browser/select-backend';
import * as library from '../src/index';
import { compile, findNativeInstallation, matMulSpeed, selectBackend, setUpNative, setUpWebGpu } from '../src/index';

const unused = () => undefined;

it.each<[string, () => unknown, RegExp]>([
  ['compile', () => compile(unused, { misspelt: 1 } as never), /compile: there is no option "misspelt", expected mode/],
  ['compile of nothing', () => compile(undefined as never), /compile: got undefined, expected a function/],
  [
    'compile in another mode',
    () => compile(unused, { mode: 'xl' as never }),
    /mode is "xl", expected xla, graph, eager/,
  ],
  ['compile in browsers', () => compileInBrowser(unused, { misspelt: 1 } as never), /there is no option "misspelt"/],
  ['selectBackend', () => selectBackend({ misspelt: 1 } as never), /selectBackend: there is no option "misspelt"/],
  ['selectBackend in browsers', () => selectInBrowser({ misspelt: 1 } as never), /there is no option "misspelt"/],
  ['setUpNative', () => setUpNative({ misspelt: 1 } as never), /setUpNative: there is no option "misspelt"/],
  ['setUpWebGpu', () => setUpWebGpu({ misspelt: 1 } as never), /setUpWebGpu: there is no option "misspelt"/],
  ['matMulSpeed', () => matMulSpeed({ misspelt: 1 } as never), /matMulSpeed: there is no option "misspelt"/],
  ['findNativeInstallation', () => findNativeInstallation({ misspelt: 1 } as never), /there is no option "misspelt"/],
])('%s refuses what it does not know', async (_, call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});

it('every function of the package that takes options is tested here', () => {
  const names = Object.keys(library).filter((name) => !/Error$/.test(name));
  const tested = ['compile', 'selectBackend', 'setUpNative', 'setUpWebGpu', 'matMulSpeed', 'findNativeInstallation'];
  expect(names.filter((name) => !tested.includes(name))).toEqual(['hasNvidiaGpu']);
});
