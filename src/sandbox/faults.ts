import type { ActiveFault, FaultControl, FaultEffect, FaultRule } from './api';
import { matchesRoute } from './routePattern';

export interface FaultBook extends FaultControl {
  /** The fault that strikes this request, counted as struck. */
  take(method: string, path: string): FaultRule | undefined;
}

export function faultBook(): FaultBook {
  let rules: ActiveFault[] = [];
  let nextId = 1;
  return {
    add(rule) {
      const id = `fault-${nextId}`;
      nextId += 1;
      rules.push({ ...rule, id, struck: 0 });
      return id;
    },
    list: () => rules.map((rule) => ({ ...rule })),
    remove(id) {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear() {
      rules = [];
    },
    take(method, path) {
      const rule = rules.findLast(({ match }) => matchesRoute(match, method, path));
      if (!rule) return undefined;
      const struck = rule.struck + 1;
      rules = rules
        .map((candidate) => (candidate === rule ? { ...rule, struck } : candidate))
        .filter(({ id, times }) => id !== rule.id || times === undefined || struck < times);
      return rule;
    },
  };
}

const carriesOut: ReadonlySet<FaultEffect['kind']> = new Set([
  'delay',
  'reset-after',
  'no-answer',
  'cut-body',
  'slow-loris',
  'wrong-content-length',
  'wrong-content-type',
  'broken-chunks',
  'many-headers',
]);

/** Whether the request has its effect although the answer is faulty. */
export function isCarriedOut(rule: FaultRule): boolean {
  return carriesOut.has(rule.effect.kind) || (rule.carryOut === true && rule.effect.kind !== 'reset-before');
}
