import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '@/components/Button/Button';
import { EmptyState } from '@/components/EmptyState/EmptyState';
import { Page, PageTitle } from '@/components/Page/Page';

/** Not there, or not for you: the two look alike. */
export function NotHere({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Page narrow>
      <PageTitle name={t('problem.notFoundTitle')} hidden>
        {t('problem.notFoundTitle')}
      </PageTitle>
      <EmptyState
        drawing="door"
        title={t('problem.notFoundTitle')}
        action={<ButtonLink to="/">{t('problem.home')}</ButtonLink>}
      >
        {children ?? t('problem.notFound')}
      </EmptyState>
    </Page>
  );
}
