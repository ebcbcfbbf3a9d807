export { useFasterWasmKernels } from './wasm/faster-wasm-kernels';
