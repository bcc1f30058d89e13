/** Who is measured in the windows. */
export const reconsentId = 'reconsent.reconsent';

/** Registers what Reconsent contributes, and does nothing. */
export const uiOnlyId = 'uionly.uionly';

/** The same once more: activated first, it leaves the editor's own code as warm as the extensions of a real window do. */
export const warmUpId = 'warmup.warmup';

export const bareIds = [uiOnlyId, warmUpId] as const;
