/** The functions used here; the package has no types of its own. */
declare module 'upng-js' {
  export interface DecodedPng {
    readonly width: number;
    readonly height: number;
  }
  export function decode(png: ArrayBuffer): DecodedPng;
  /** One RGBA buffer for each frame. */
  export function toRGBA8(png: DecodedPng): ArrayBuffer[];
  /** `colours`: size of the palette; 0 keeps all. */
  export function encode(frames: readonly ArrayBuffer[], width: number, height: number, colours: number): ArrayBuffer;
}
