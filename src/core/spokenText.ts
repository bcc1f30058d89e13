/** What is shown in short, for whoever hears it. Pure. */

/** `a · b` as `a, b`: a screen reader says the dot by its name, or makes no pause for it. */
export function spoken(shown: string): string {
  return shown.replaceAll(' · ', ', ');
}

/** Label and description in one sentence. */
export function spokenRow(label: string, description: string): string {
  return spoken(description ? `${label}, ${description}` : label);
}
