/** Errors of Cloud Storage's XML API, which serves the archives and knows nothing of the JSON envelope. */
export function storageError(status: number, code: string, message: string, details?: string): Response {
  const more = details === undefined ? '' : `<Details>${escaped(details)}</Details>`;
  const text = `<Code>${code}</Code><Message>${escaped(message)}</Message>${more}`;
  return new Response(`<?xml version='1.0' encoding='UTF-8'?><Error>${text}</Error>`, {
    status,
    headers: { 'content-type': 'application/xml; charset=UTF-8', 'cache-control': 'private, max-age=0' },
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
