/** Names of the language-model tools by what they do, as in package.json. */
export const toolNames = {
  list: 'reconsent_list_identities',
  preview: 'reconsent_preview_reset',
  reset: 'reconsent_reset_consent',
} as const;

/** What the chat calls the one that resets, `toolReferenceName` in package.json. */
export const resetToolName = 'reconsentReset';
