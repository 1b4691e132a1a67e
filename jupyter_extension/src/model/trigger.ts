/** Triggers as forms edit them. */

import type { components } from '../_generated/api';
import { viewersZone } from './moment';
import { FIRST_REPEAT, whenOf } from './schedule';

type Schemas = components['schemas'];
export type CronSettings = Schemas['CronTrigger'];
export type WebhookSettings = Schemas['WebhookTrigger'];
export type Method = WebhookSettings['methods'][number];
export type MethodKind = Method['kind'];

export function newCron(): CronSettings {
  return {
    kind: 'cron',
    schedule: { ...whenOf(FIRST_REPEAT), timezone: viewersZone() } as CronSettings['schedule'],
    missed: 'latest',
    overlap: 'queue'
  } as CronSettings;
}

/** How callers are known is left open: it has to be chosen. */
export function newWebhook(): WebhookSettings {
  return { kind: 'webhook', path: '', methods: [], mapping: {}, inputs: {} } as unknown as WebhookSettings;
}

/** The types of credentials that a method takes. */
export const CREDENTIAL_TYPES: Record<MethodKind, readonly string[]> = {
  'api-key': ['http.api-key', 'secret'],
  basic: ['http.basic'],
  standard: ['secret'],
  signed: ['secret'],
  open: []
};

/** A method of that kind, by the credential that the form holds. */
export function methodOf(kind: MethodKind, credential: string, header = ''): Method {
  switch (kind) {
    case 'open':
      return { kind };
    case 'basic':
      return { kind, credential };
    case 'api-key':
      return { kind, credential, header };
    case 'standard':
      return { kind, credentials: [credential] } as Method;
    case 'signed':
      return { kind, credentials: [credential] } as Method;
  }
}

export function credentialOf(method: Method): string {
  return 'credential' in method ? method.credential : 'credentials' in method ? (method.credentials[0] ?? '') : '';
}

/** The same method with another credential; what else it says stays. A second one, the old secret, goes. */
export function withCredential(method: Method, credential: string): Method {
  if ('credential' in method) {
    return { ...method, credential };
  }
  return 'credentials' in method ? ({ ...method, credentials: [credential] } as Method) : method;
}

/** An object without what is empty: `{input: pointer}` rows that nobody filled. */
export function filled<T>(rows: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).filter(([, value]) => value !== '' && value !== undefined));
}
