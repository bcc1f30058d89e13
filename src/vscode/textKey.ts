/**
 * What stands for an English text in the packed translations: 32 bits of FNV-1a over its UTF-16 code units. The texts
 * themselves stand in the code already, and would be the fifth part of all that is packed. The build fails where two texts
 * have one key.
 */
export function textKey(text: string): number {
  let key = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) key = Math.imul(key ^ text.charCodeAt(at), 0x01000193);
  return key >>> 0;
}
