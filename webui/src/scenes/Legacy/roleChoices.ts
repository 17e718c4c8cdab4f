import type { TFunction } from 'i18next';
import type { Choice } from '@/components/Field/Field';

const roles = ['viewer', 'contributor', 'editor', 'owner'] as const;

/** What somebody may do in a legacy, in words, least first. */
export function roleChoices(t: TFunction): Choice[] {
  return roles.map((value) => ({ value, label: t(`role.${value}Does`) }));
}
