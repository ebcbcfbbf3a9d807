/** An object that is like another but for some properties. The original stays as it is, and its methods see it. */
export function replaceParts<T extends object>(original: T, parts: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      if (Object.hasOwn(parts, key)) return parts[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
