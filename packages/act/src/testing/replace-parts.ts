/** A view of an object with other values of some properties. Its methods run on the original, which does not change. */
export function replaceParts<T extends object>(original: T, parts: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      if (Object.hasOwn(parts, key)) return parts[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
