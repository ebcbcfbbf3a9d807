/** Decodes a text that a person wrote: UTF-8, or what its byte order mark names. Windows PowerShell writes UTF-16. */
export function decodeText(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  // It leaves the mark out.
  return new TextDecoder(encoding).decode(bytes);
}
