import type { Page } from 'playwright-core';

/** How well something can be told from what is behind it, as WCAG 2.2 computes it: from 1 to 21. */
export interface Contrast {
  readonly what: 'text' | 'icon';
  readonly ratio: number;
  /** The text, or the classes of the icon. */
  readonly of: string;
}

/** The contrasts of all that can be seen below what the selector finds, as painted: with opacity and see-through colours. */
export async function contrasts(page: Page, selector: string): Promise<readonly Contrast[]> {
  await page.locator(selector).first().waitFor({ state: 'attached' });
  return page.evaluate<readonly Contrast[]>(`(${inPage})(${JSON.stringify(selector)})`);
}

/** Runs in the page, hence as text. */
const inPage = `(selector) => {
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  const channels = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return { color: [red, green, blue], alpha: alpha / 255 };
  };
  const over = (top, alpha, below) => top.map((channel, at) => channel * alpha + below[at] * (1 - alpha));
  const opacity = (element) => element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const { color, alpha } = channels(getComputedStyle(element).backgroundColor);
    return alpha === 1 ? color : over(color, alpha, behind(element.parentElement));
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const measured = (element, painted, what, of, background = behind(element)) => {
    const { color, alpha } = channels(painted);
    const seen = over(color, alpha * opacity(element), background);
    const both = [luminance(seen), luminance(background)];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    return { what, of, ratio: Math.round(ratio * 100) / 100 };
  };
  const measure = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || style.visibility === 'hidden' || opacity(element) === 0) return [];
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map((node) => node.textContent.trim()).join('');
    if (text) return [measured(element, style.color, 'text', text)];
    const glyph = getComputedStyle(element, '::before');
    if (/codicon-/.test(element.className) && /^".+"$/.test(glyph.content)) return [measured(element, glyph.color, 'icon', element.className)];
    // A mask: its colour is the background.
    if (style.maskImage !== 'none') return [measured(element, style.backgroundColor, 'icon', 'mask', behind(element.parentElement))];
    return [];
  };
  return [...document.querySelectorAll(selector)].flatMap((root) => [root, ...root.querySelectorAll('*')].flatMap(measure));
}`;
