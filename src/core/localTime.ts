/** Times as a person at this computer reads them. */

/** `HH:MM:SS`, with the date before it unless it is today's (or no `now` is given). Epoch milliseconds. */
export function localTime(epochMs: number, now?: number): string {
  const date = new Date(epochMs);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  const day = dayOf(date);
  return now !== undefined && dayOf(new Date(now)) === day ? clock : `${day} ${clock}`;
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}
