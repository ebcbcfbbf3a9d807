/** What WebGPU says about an adapter. Older versions have `isFallbackAdapter` on the adapter itself. */
export interface AdapterInfo {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
  isFallbackAdapter?: boolean;
}

/** The parts of a `GPUAdapter` that this package uses. */
export interface GpuAdapter {
  isFallbackAdapter?: boolean;
  info?: AdapterInfo;
  features: { has(name: string): boolean };
  limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

/** The parts of a `GPUDevice` that this package uses. */
export interface GpuDevice {
  queue: {
    onSubmittedWorkDone(): Promise<unknown>;
    writeBuffer(buffer: object, offset: number, values: Float32Array | Int32Array): void;
  };
  lost: Promise<{ message: string; reason: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: Error; preventDefault(): void }) => void): void;
}

/** The parts of a `GPU` that this package uses: `navigator.gpu` in browsers. */
export interface Gpu {
  requestAdapter(options?: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>;
}

/** The GPU that WebGPU would compute with; undefined where it finds none. */
export async function findAdapter(gpu: Gpu | undefined): Promise<GpuAdapter | undefined> {
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  return adapter ?? undefined;
}

/** Whether a program computes what a GPU should compute. That is slower than WebAssembly. */
export function isSoftware({ isFallbackAdapter, info }: Pick<GpuAdapter, 'isFallbackAdapter' | 'info'>): boolean {
  const names = [info?.architecture, info?.device, info?.description].join(' ');
  return !!isFallbackAdapter || !!info?.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(names);
}

/** The adapter's name, such as `nvidia h100 80gb hbm3`. */
export function describeAdapter({ info }: Pick<GpuAdapter, 'info'>): string {
  const name = (info?.device ?? '').replaceAll('-', ' ').trim();
  return name || info?.description || [info?.vendor, info?.architecture].join(' ').trim() || 'an unnamed GPU';
}
