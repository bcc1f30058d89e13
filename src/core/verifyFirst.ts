/** What to do where nobody knows whether a request was carried out. After a read that failed it would be wrong advice. */
export const verifyFirst = 'Verify before trying again.';
